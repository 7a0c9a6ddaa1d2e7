import { isMap, isSeq, parseDocument } from "yaml";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { parseSource } from "../../model/yaml/source.js";
import { keyOf } from "./context.js";
import { keepLayout } from "../lib/keep-layout.js";
import { UserError } from "../lib/command.js";

/**
 * A stack's configuration with one more Compose file for a host; the same text if the host has it already.
 *
 * @throws UserError if there is no such host, HomelabError if the text is not YAML
 */
export function withService(file: string, text: string, host: string, composeFile: string): string {
  parseSource(file, text);
  const document = parseDocument(text);
  const hosts: unknown = document.getIn(["config", "homelab:hosts"], true);
  const known = isMap(hosts) ? hosts.items.map(keyOf) : [];
  const definition: unknown = isMap(hosts) ? hosts.get(host, true) : undefined;
  if (!isMap(definition)) {
    const instead = remedyText(suggest(host, known));
    throw new UserError(`${file} has no host "${host}" under homelab:hosts: ${instead}`);
  }
  const services: unknown = definition.get("services", true);
  if (!isSeq(services)) {
    definition.set("services", document.createNode([composeFile], { flow: definition.flow ?? false }));
  } else if (services.toJSON().includes(composeFile)) {
    return text;
  } else {
    services.add(document.createNode(composeFile));
  }
  return keepLayout(text, document);
}
