import type { Remedy } from "../../../model/yaml/remedy.js";

/**
 * A message that did not arrive: why, and what to do. What a library or a server says is never part of it, as that may
 * quote an address or a header, which are secrets.
 */
export class Undelivered extends Error {
  constructor(
    words: string,
    readonly remedy: Remedy,
  ) {
    super(words);
  }
}

/** A target answers or fails within so many milliseconds. */
export const PATIENCE_MS = 15_000;

const CHECK_SERVER = { prose: "check that the server runs, and its address in homelab:notify" };
const CHECK_TLS = { prose: "check the port, and whether it is one for TLS" };
const CERTIFICATE: readonly [string, Remedy] = [
  "its certificate is not valid",
  {
    prose: "use the name that is in the certificate; if its authority is your own, name the file with that",
    command: "export NODE_EXTRA_CA_CERTS=FILE",
  },
];
const UNKNOWN_NAME: readonly [string, Remedy] = ["DNS does not know its name", CHECK_SERVER];
const NO_WAY: readonly [string, Remedy] = ["it cannot be reached from here", CHECK_SERVER];
const CLOSED: readonly [string, Remedy] = ["the connection was closed", CHECK_TLS];
const SILENT: readonly [string, Remedy] = [`it did not answer within ${PATIENCE_MS / 1000} seconds`, CHECK_SERVER];

/** By the codes of Node's network stack, of undici and of nodemailer. */
const BY_CODE: Readonly<Record<string, readonly [string, Remedy]>> = {
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  EDNS: UNKNOWN_NAME,
  ECONNREFUSED: ["nothing listens on its port", CHECK_SERVER],
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ECONNRESET: CLOSED,
  ECONNECTION: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  TIMEOUT: SILENT,
  EPROTO: ["it does not speak TLS there", CHECK_TLS],
  ETLS: ["it does not offer STARTTLS", CHECK_TLS],
  EPROTOCOL: ["it does not speak SMTP there", CHECK_TLS],
  CERT_HAS_EXPIRED: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
};

/** What a failure of the network means, by its code. */
export function networkTrouble(code: string | undefined): Undelivered {
  const known = code?.startsWith("ERR_SSL_") === true ? "EPROTO" : (code ?? "");
  const [words, remedy] = Object.hasOwn(BY_CODE, known) ? (BY_CODE[known] ?? NO_WAY) : NO_WAY;
  return new Undelivered(words, remedy);
}

/** The code of an error, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) {
    return undefined;
  }
  if ("name" in error && error.name === "TimeoutError") {
    return "TIMEOUT";
  }
  for (const key of ["originalCode", "code"] as const) {
    const code: unknown = key in error ? (error as Readonly<Record<typeof key, unknown>>)[key] : undefined;
    if (typeof code === "string") {
      return code;
    }
  }
  return "cause" in error ? codeOf(error.cause) : undefined;
}
