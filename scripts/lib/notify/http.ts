import type { Remedy } from "../../../model/yaml/remedy.js";
import { codeOf, networkTrouble, PATIENCE_MS, Undelivered } from "./undelivered.js";

/** A request whose address and headers may be secrets. */
export interface Request {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without one the request is a GET. */
  readonly body?: object;
}

/** What to do where a server refuses; by default by its status. */
const REFUSED: Readonly<Record<number, string>> = {
  401: "check the token or the headers, and set the secret again",
  403: "check what the token or the headers allow, and set the secret again",
  404: "check the address",
  410: "check the address: what it led to is gone",
  413: "let the server accept messages of 4 kB",
  429: "wait a while: the server limits how much it takes",
};

/** @throws Undelivered if it does not arrive, or is not answered with a status of success */
export async function send({ url, headers = {}, body }: Request): Promise<void> {
  const response = await answerTo(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    // To follow it would hand the headers on to another server.
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  await response.body?.cancel().catch(() => undefined);
  if (!response.ok) {
    throw new Undelivered(`it answered with HTTP status ${response.status}`, remedyFor(response.status));
  }
}

async function answerTo(url: string, init: RequestInit): Promise<Response> {
  if (!isAddress(url)) {
    throw new Undelivered("its address is not one of the web", {
      prose: "set the secret again, to an address as in https://example.org/path, without a user and a password",
    });
  }
  if (!Object.entries(init.headers ?? {}).every(([, value]) => isHeaderValue(String(value)))) {
    throw new Undelivered("the value of a header has characters that HTTP does not allow", {
      prose: "set the secret again, in one line of plain letters, digits and signs",
    });
  }
  try {
    return await fetch(url, init);
  } catch (error) {
    throw networkTrouble(codeOf(error));
  }
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

/** Printable ASCII, as in RFC 9110, section 5.5, without what is obsolete. */
const isHeaderValue = (text: string): boolean => /^[\t\x20-\x7e]*$/.test(text);

function remedyFor(status: number): Remedy {
  if (status >= 300 && status < 400) {
    return { prose: "write the address that this one redirects to" };
  }
  return { prose: REFUSED[status] ?? (status >= 500 ? "look into the server's log" : "check the address") };
}
