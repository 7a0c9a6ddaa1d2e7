import { isMap } from "yaml";
import type { YAMLMap } from "yaml";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { Answers } from "./answers.js";
import { adopt, sections } from "./context.js";
import type { Context } from "./context.js";

/** A service or a network of the file. */
interface Part {
  readonly key: string;
  readonly value: YAMLMap;
}

/**
 * Writes what the owner has answered into the services and networks.
 *
 * @throws UserError for an answer of one that the file does not have
 */
export function applyAnswers(
  context: Context,
  services: readonly Part[],
  answers: Pick<Answers, "services" | "networks">,
): void {
  const networks = sections(context, "networks").flatMap(([key, { value }]) => (isMap(value) ? [{ key, value }] : []));
  for (const [name, { enable_ipv6 }] of Object.entries(answers.networks)) {
    const network = named(context, "network", name, networks);
    if (enable_ipv6 !== undefined) {
      network.set("enable_ipv6", enable_ipv6);
    }
  }
  for (const [name, { image, ...more }] of Object.entries(answers.services)) {
    const service = named(context, "service", name, services);
    if (image !== undefined) {
      service.set("image", image);
    }
    // Ports are rewritten first: see rewritePorts.
    const said = Object.entries(more).filter(([key, value]) => key !== "ports" && value !== undefined);
    if (said.length === 0) {
      continue;
    }
    adopt(context, service, "x-homelab");
    if (!isMap(service.get("x-homelab", true))) {
      service.set("x-homelab", context.document.createNode({}));
    }
    for (const [key, value] of said) {
      service.setIn(["x-homelab", key], context.document.createNode(value, { flow: true }));
    }
  }
}

function named({ file }: Context, kind: "service" | "network", name: string, parts: readonly Part[]): YAMLMap {
  const found = parts.find(({ key }) => key === name)?.value;
  if (found === undefined) {
    const known = parts.map(({ key }) => key);
    throw new UserError(`${file} has no ${kind} "${name}": ${remedyText(suggest(name, known))}`);
  }
  return found;
}
