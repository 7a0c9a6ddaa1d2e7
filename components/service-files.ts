import { createHash } from "node:crypto";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { FileModel, HostModel, ServiceModel } from "../model/types.js";
import { printName } from "../model/resource-names.js";
import { commandConnection } from "./connection.js";
import { HELPER_BIN } from "../model/helper.js";
import { shellCommand } from "../hosts/shell.js";
import type { Render } from "./render.js";
import type { Repair } from "./repair.js";

// The files of a service are in the home of the account that deploys, readable by that account only, and are mounted
// into the container one by one, or by folder where the program sees changes by itself. The Docker provider's uploads do not work here: Docker refuses them for a container with
// a read-only root.

/** What the files of a service need. */
export interface ServiceFilesArgs {
  readonly host: HostModel;
  readonly service: ServiceModel;
  /** Inserts the values of secrets into a string. */
  readonly render: Render;
  /** Which of them have to be written again. */
  readonly repair: Repair;
}

/** Writes the files of one service to its host. */
export class ServiceFiles {
  readonly commands: readonly remote.Command[];
  /** Changes whenever a file changes whose changes the program does not see; undefined without such files. Secret if one of them is. */
  readonly digest: pulumi.Input<string> | undefined;

  constructor({ host, service, render, repair }: ServiceFilesArgs, opts: pulumi.CustomResourceOptions) {
    const contents = service.files.map((file) => render(file.content));
    this.commands = service.files.map((file, i) => {
      const path = `${service.name}${file.path}`;
      const put = [`${HELPER_BIN}/put-file`, path];
      const mode = file.mode.toString(8).padStart(4, "0");
      const { token, ignoreChanges } = repair.of("files", path, "update");
      return new remote.Command(
        printName({ kind: "file", host: host.name, service: service.name, path: file.path }),
        {
          connection: commandConnection(host),
          create: shellCommand(put),
          update: shellCommand(put, token),
          delete: shellCommand([`${HELPER_BIN}/remove-file`, path]),
          stdin: withMode(mode, contents[i] ?? ""),
          logging: "none",
          addPreviousOutputInEnv: false,
        },
        // Old and new have the same path: a later delete of the old one would remove the new one.
        { ...opts, deleteBeforeReplace: true, ignoreChanges },
      );
    });
    const fixed = service.files.flatMap((file, i) => (file.live ? [] : [{ file, content: contents[i] ?? "" }]));
    this.digest = fixed.length === 0 ? undefined : digestOf(fixed);
  }
}

/** Not in the command, whose changes are ignored: it serves only to repeat the resource. */
const withMode = (mode: string, content: pulumi.Input<string>): pulumi.Input<string> =>
  typeof content === "string" ? `${mode}\n${content}` : pulumi.interpolate`${mode}\n${content}`;

function digestOf(files: readonly { file: FileModel; content: pulumi.Input<string> }[]): pulumi.Input<string> {
  const hash = (texts: readonly string[]): string => {
    const parts = texts.map((content, i) => [files[i]?.file.path, files[i]?.file.mode, content]);
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  };
  const contents = files.map(({ content }) => content);
  const plain = contents.filter((content) => typeof content === "string");
  return plain.length === contents.length ? hash(plain) : pulumi.all(contents).apply(hash);
}
