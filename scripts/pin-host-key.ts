import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import type { Document } from "yaml";
import { run } from "./process.js";
import { confirmed } from "./ask.js";
import { PROGRAM } from "./pulumi-cli.js";
import { runCommand, stackCommand, UserError } from "./stack-option.js";

interface Options {
  readonly stack: string;
  readonly yes: boolean;
}

/** Fetches the Ed25519 host keys of hosts, shows them, and writes them into the stack's configuration. */
async function pinHostKeys(hosts: readonly string[], { stack, yes }: Options): Promise<void> {
  const name = `Pulumi.${stack}.yaml`;
  const file = join(PROGRAM, name);
  const document = parseDocument(await readFile(file, "utf8"));
  for (const host of hosts) {
    const key = await fetchKey(host, addressOf(document, host, name));
    const pinned = document.getIn(["config", "homelab:hosts", host, "hostKey"]);
    if (pinned === key) {
      console.log(`${host}: the key that is pinned already`);
      continue;
    }
    if (pinned !== undefined) {
      console.log(
        `${host}: WARNING: another key is pinned. Unless the host was installed anew, somebody is in between.`,
      );
    }
    console.log(
      `${host}: ${fingerprint(key)}\n  the same must come from the host itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`,
    );
    if (!yes && !(await confirmed(`Pin it for ${host}? [y/N] `))) {
      throw new UserError("Nothing was pinned.");
    }
    document.setIn(["config", "homelab:hosts", host, "hostKey"], key);
  }
  await writeFile(file, document.toString({ lineWidth: 0 }));
}

function addressOf(document: Document, host: string, file: string): { address: string; port: string } {
  const hosts = document.getIn(["config", "homelab:hosts"]);
  const address = document.getIn(["config", "homelab:hosts", host, "address"]);
  if (typeof address !== "string") {
    const known = isMap(hosts) ? hosts.items.map(({ key }) => String(key)).join(", ") : "none";
    throw new UserError(`${file} has no host "${host}" with an address; it has ${known}`);
  }
  const port: unknown = document.getIn(["config", "homelab:hosts", host, "port"]);
  return { address, port: typeof port === "number" ? String(port) : "22" };
}

async function fetchKey(host: string, { address, port }: { address: string; port: string }): Promise<string> {
  const { stdout } = await run("ssh-keyscan", ["-T", "5", "-t", "ed25519", "-p", port, address]);
  const key = /ssh-ed25519 [A-Za-z0-9+/=]+/.exec(stdout)?.[0];
  if (key === undefined) {
    throw new UserError(`${host}: no SSH server with an Ed25519 key answers on ${address}:${port}`);
  }
  return key;
}

/** As `ssh-keygen -l` shows it. */
function fingerprint(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key.split(" ")[1] ?? "", "base64"));
  return `SHA256:${digest.digest("base64").replace(/=+$/, "")} (ED25519)`;
}

void runCommand(
  stackCommand("pin-host-key", "Pin the SSH host keys of hosts in the stack's configuration.")
    .argument("<host...>", "names of hosts")
    .option("--yes", "do not ask", false)
    .action(pinHostKeys),
);
