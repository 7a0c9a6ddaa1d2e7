import { isMap } from "yaml";
import type { YAMLMap } from "yaml";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { Answers } from "./answers.js";
import { adopt } from "./context.js";
import type { Context } from "./context.js";

/**
 * Writes what the owner has answered into the services.
 *
 * @throws UserError for an answer of a service that the file does not have
 */
export function applyAnswers(
  context: Context,
  services: readonly { readonly key: string; readonly value: YAMLMap }[],
  answers: Answers["services"],
): void {
  for (const [name, { image, ...more }] of Object.entries(answers)) {
    const service = services.find(({ key }) => key === name)?.value;
    if (service === undefined) {
      const known = services.map(({ key }) => key);
      throw new UserError(`${context.file} has no service "${name}": ${remedyText(suggest(name, known))}`);
    }
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
