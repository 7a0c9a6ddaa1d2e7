import { createHash } from "node:crypto";
import { isPair, isScalar, isSeq, parseDocument, visit } from "yaml";

/** A stack's configuration of which the secrets are given apart. */
export interface OpenConfig {
  /** The file's text, without the secrets and without the salt of their passphrase. */
  readonly text: string;
  /** By path, in the notation of `pulumi config set --path`: the fingerprint that the secret has instead. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** How the engine marks a secret in a configuration. */
const SECURE = "secure";

/**
 * Takes the secrets out of a stack's configuration. The fingerprint of a secret is that of its ciphertext, which is another
 * one each time that the secret is set; who has the fingerprint knows nothing of the value.
 *
 * @param text of a Pulumi.STACK.yaml
 */
export function openConfig(text: string): OpenConfig {
  const document = parseDocument(text);
  const fingerprints: Record<string, string> = {};
  const found: (readonly unknown[])[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const ciphertext = map.items.length === 1 ? map.get(SECURE) : undefined;
      if (typeof ciphertext !== "string") {
        return undefined;
      }
      const keys = ancestors.flatMap((node, i) =>
        isPair(node) ? [nameOf(node.key)] : isSeq(node) ? [node.items.indexOf(ancestors[i + 1] ?? map)] : [],
      );
      found.push(keys);
      fingerprints[pathOf(keys.slice(1))] = fingerprint(ciphertext);
      return visit.SKIP;
    },
  });
  found.forEach((keys) => document.deleteIn(keys));
  document.delete("encryptionsalt");
  return { text: document.toString(), fingerprints };
}

const nameOf = (key: unknown): unknown => (isScalar(key) ? key.value : key);

/** The first key is that of the configuration, such as homelab:secrets. */
const pathOf = ([first, ...others]: readonly unknown[]): string =>
  [String(first), ...others.map((key) => `[${JSON.stringify(key)}]`)].join("");

const fingerprint = (ciphertext: string): string =>
  `fingerprint-${createHash("sha256").update(ciphertext).digest("hex").slice(0, 32)}`;
