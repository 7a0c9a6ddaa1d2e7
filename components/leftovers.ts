import { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { declaredOn } from "../model/drift/missing.js";
import type { HostModel } from "../model/types.js";
import { printName } from "../model/resource-names.js";
import { commandConnection } from "./connection.js";
import { HELPER_BIN } from "../model/helper.js";
import { shellCommand } from "../hosts/shell.js";
import type { Repair } from "./repair.js";

/**
 * Removes what an interrupted deployment left on a host, before anything is created there: a leftover may occupy a name,
 * a subnet or a port that is needed. It knows what is declared, and so drops outdated records of creations as well.
 */
export function leftoversOf(host: HostModel, repair: Repair, opts: pulumi.CustomResourceOptions): remote.Command {
  const program = `${HELPER_BIN}/remove-leftovers`;
  const { token, ignoreChanges } = repair.ofLeftovers("update");
  const found = repair.leftovers.map(({ kind, id }) => `${kind}:${id}`);
  return new remote.Command(
    printName({ kind: "leftovers", host: host.name }),
    {
      connection: commandConnection(host),
      create: shellCommand([program]),
      update: shellCommand([program, ...found], token),
      delete: shellCommand([`${HELPER_BIN}/forget-records`]),
      stdin: declaredOn(host).join("\n"),
      addPreviousOutputInEnv: false,
    },
    { ...opts, ignoreChanges },
  );
}
