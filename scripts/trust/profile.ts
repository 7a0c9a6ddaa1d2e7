import type { X509Certificate } from "node:crypto";
import { createHash } from "node:crypto";

/**
 * A configuration profile by which an iPhone, an iPad or a Mac takes a root certificate
 * (developer.apple.com/documentation/devicemanagement/certificateroot). The same certificate always gives the same profile.
 */
export function profileOf(certificate: X509Certificate, domain: string): string {
  const identifier = `homelab.${domain.split(".").reverse().join(".")}`;
  const payload = dict({
    PayloadType: "com.apple.security.root",
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.root`,
    PayloadUUID: uuidOf(certificate, "root"),
    PayloadDisplayName: `Homelab ${domain}`,
    PayloadContent: certificate.raw,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${dict({
  PayloadType: "Configuration",
  PayloadVersion: 1,
  PayloadIdentifier: identifier,
  PayloadUUID: uuidOf(certificate, "profile"),
  PayloadDisplayName: `Homelab ${domain}`,
  PayloadContent: [payload],
})}
</plist>
`;
}

type Value = string | number | Buffer | readonly string[];

const dict = (entries: Readonly<Record<string, Value>>): string =>
  `<dict>\n${Object.entries(entries)
    .map(([key, value]) => `<key>${key}</key>\n${valueOf(value)}`)
    .join("\n")}\n</dict>`;

/** Strings are names and domains, which have nothing that XML would have to escape; of a list, the entries are written already. */
function valueOf(value: Value): string {
  if (typeof value === "number") {
    return `<integer>${value}</integer>`;
  }
  if (typeof value === "string") {
    return `<string>${value}</string>`;
  }
  return Buffer.isBuffer(value) ? `<data>${value.toString("base64")}</data>` : `<array>\n${value.join("\n")}\n</array>`;
}

/** Always the same for one certificate, so that a second installation replaces the first. */
function uuidOf(certificate: X509Certificate, part: string): string {
  const hash = createHash("sha256").update(certificate.raw).update(part).digest("hex");
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)]
    .join("-")
    .toUpperCase();
}
