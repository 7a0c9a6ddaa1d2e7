import { isMap, parseDocument } from "yaml";
import { parseConfig } from "../../model/config/config.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { parseSource } from "../../model/yaml/source.js";
import { keepLayout } from "../lib/keep-layout.js";
import { UserError } from "../lib/command.js";

/** What the line of a new host says. */
export interface NewHost {
  readonly address: string;
  readonly role: string;
}

/**
 * A stack's configuration with one more host; the same text if the very same host is there.
 *
 * @throws UserError if another host has this name, HomelabError if the configuration would not be right
 */
export function withHost(file: string, text: string, name: string, { address, role }: NewHost): string {
  parseSource(file, text);
  const document = parseDocument(text);
  const path = ["config", "homelab:hosts", name];
  const there: unknown = document.getIn(path);
  if (isMap(there)) {
    if (there.get("address") === address && there.get("role") === role) {
      return text;
    }
    throw new UserError(`${file} has a host "${name}" already, with another address or role: change it there`);
  }
  const line = document.createNode({ address, role });
  line.flow = true;
  document.setIn(path, line);
  const changed = keepLayout(text, document);
  const problems: Problem[] = [];
  parseConfig(parseSource(file, changed), problems);
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  return changed;
}
