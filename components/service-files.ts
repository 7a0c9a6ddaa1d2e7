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

// The files of a service lie in the home of the account that deploys, where only that account may look, and are mounted
// into the container one by one. The Docker provider's own uploads cannot serve: Docker refuses them for a container
// whose root is read-only.

/** What the files of a service need. */
export interface ServiceFilesArgs {
  readonly host: HostModel;
  readonly service: ServiceModel;
  /** Puts the values of secrets into a text. */
  readonly render: Render;
  /** Which of them are to be put again. */
  readonly repair: Repair;
}

/** Puts the files of one service on its host. */
export class ServiceFiles {
  readonly commands: readonly remote.Command[];
  /** Changes whenever a file does; undefined without files. Secret if one of the files is. */
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
        // Both have the same path: removed afterwards, the new one would be gone.
        { ...opts, deleteBeforeReplace: true, ignoreChanges },
      );
    });
    this.digest = contents.length === 0 ? undefined : digestOf(service.files, contents);
  }
}

/** Not in the command: changes of that are ignored, so that it can say nothing but that it is done again. */
const withMode = (mode: string, content: pulumi.Input<string>): pulumi.Input<string> =>
  typeof content === "string" ? `${mode}\n${content}` : pulumi.interpolate`${mode}\n${content}`;

function digestOf(files: readonly FileModel[], contents: readonly pulumi.Input<string>[]): pulumi.Input<string> {
  const hash = (texts: readonly string[]): string => {
    const parts = texts.map((content, i) => [files[i]?.path, files[i]?.mode, content]);
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  };
  const plain = contents.filter((content) => typeof content === "string");
  return plain.length === contents.length ? hash(plain) : pulumi.all([...contents]).apply(hash);
}
