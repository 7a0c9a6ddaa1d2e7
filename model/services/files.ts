import { dirname, join } from "node:path/posix";
import type { ComposeDelivery } from "../compose/service.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";
import type { FileModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";
import { missingSecret, secretsOf } from "./scope.js";

const DEFAULT_FILE_MODE = 0o444;

/** The file that a service is given as a config. */
export function configFile(planning: Planning, at: Path, delivery: ComposeDelivery): FileModel {
  const { args, file: compose } = planning;
  const config = compose.configs[delivery.source];
  if (config === undefined) {
    planning.unknown(at, "config", delivery.source, Object.keys(compose.configs));
  }
  if (config?.file === undefined) {
    const derived = config?.["x-derived"];
    return { ...deliver(delivery, config?.content ?? ""), ...(derived && { derived }) };
  }
  const file = join(dirname(args.source.file), config.file);
  if (file.startsWith("../")) {
    const message = `${file} is outside the project`;
    planning.complain(["configs", delivery.source, "file"], "reserved-path", message, {
      prose: "put it beside the Compose file, which every clone has",
    });
    return deliver(delivery, "");
  }
  const content = args.read(file);
  if ("problem" in content) {
    planning.complain(["configs", delivery.source, "file"], "unreadable-file", `${file} ${content.problem}`);
    return deliver(delivery, "");
  }
  return deliver(delivery, content.text);
}

/** The file that a service is given as a secret. */
export function secretFile(planning: Planning, at: Path, delivery: ComposeDelivery): FileModel {
  const { args, file: compose } = planning;
  const name = compose.secrets[delivery.source]?.environment;
  if (name === undefined) {
    planning.unknown(at, "secret", delivery.source, Object.keys(compose.secrets));
    return deliver(delivery, "");
  }
  const { owner } = planning;
  const set = secretsOf(args.config, owner);
  const id = Object.hasOwn(set, name) ? set[name] : undefined;
  if (id === undefined) {
    const { stack, config } = args;
    const { message, remedies } = missingSecret({ stack, config, owner }, name, compose["x-secrets"][name]);
    planning.complain(["secrets", delivery.source, "environment"], "missing-secret", message, ...remedies);
  }
  return deliver(delivery, new SecretText([{ secret: id ?? "" }]));
}

const deliver = ({ target, mode = DEFAULT_FILE_MODE, live }: ComposeDelivery, content: Text): FileModel => ({
  path: target,
  content,
  mode,
  live,
});

/** Folder on a host with the files of services, each at SERVICE/PATH: see helper/bin/put-file, which makes it. */
export const filesFolder = (user: string): string => `${user === "root" ? "/root" : `/home/${user}`}/.homelab/files`;
