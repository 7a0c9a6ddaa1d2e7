import { X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { certificates } from "../../model/settings/certificates.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredHomelab } from "../lib/declaration.js";
import { mustRun } from "../lib/on-host.js";
import { profileOf } from "./profile.js";

const ROOT = "/var/lib/homelab-tls/root.crt";
const SECONDS = 20;

/** Fetches the root certificate of each host with Traefik, and writes it in the forms that devices take. */
async function trust({ stack, to }: { stack: string; to: string }): Promise<void> {
  const { hosts } = declaredHomelab(stack);
  const proxies = hosts.filter(({ settings }) => settings.some(({ name }) => name === certificates.name));
  if (proxies.length === 0) {
    throw new UserError(
      `No host has a certificate: no service mounts ${ROOT.replace(/\/[^/]*$/, "")}, as Traefik does.`,
    );
  }
  for (const host of proxies) {
    const certificate = read(host.name, await mustRun({ host, stack }, ["cat", ROOT], SECONDS));
    const domain = /^CN=Homelab (.+)$/m.exec(certificate.subject)?.[1] ?? host.name;
    const stem = join(to, proxies.length > 1 ? `homelab-root-${host.name}` : "homelab-root");
    await writeFile(`${stem}.crt`, certificate.toString());
    await writeFile(`${stem}.mobileconfig`, profileOf(certificate, domain));
    console.log(`${stem}.crt and ${stem}.mobileconfig: it may sign for ${domain} and the LAN alone, until ${certificate.validTo}
SHA-256 ${certificate.fingerprint256}
docs/routes.md says how each device takes it.`);
  }
}

function read(host: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new UserError(`${host}: ${ROOT} is not a certificate. Deploy again, and the host makes another.`);
  }
}

void runCommand(
  stackCommand("trust", "Fetch the homelab's root certificate, for the devices that are to trust it.")
    .option("--to <folder>", "where to write it", ".")
    .addHelpText("after", examples(["npm run trust -- --to ~/Downloads", "then install it on each device"]))
    .action(trust),
);
