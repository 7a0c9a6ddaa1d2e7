// Calls of the Tailscale API as the vendor's Go client makes them (tailscale.com/client/tailscale/v2): the same methods,
// paths, headers and bodies. Not by fetch(), which adds headers of its own.
import * as http from "node:http";
import * as https from "node:https";

export type Credentials =
  | { kind: "key"; apiKey: string }
  | { kind: "oauth"; clientId: string; clientSecret: string; scopes: readonly string[] };

export interface Settings {
  baseUrl: string;
  /** "-" for the one that the credentials belong to. */
  tailnet: string;
  credentials: Credentials;
}

/** Calls paths below the tailnet's own, such as "acl", or with a leading slash below /api/v2. */
export interface Client {
  /** JSON out, JSON in. */
  json(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The policy file's text in the vendor's JSON with comments. */
  readPolicy(): Promise<string>;
  writePolicy(text: string, ifMatch?: string): Promise<void>;
}

/** What the server answered instead of doing it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Token {
  value: string;
  /** In milliseconds since 1970. */
  until: number;
}

interface Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export function clientOf({ baseUrl, tailnet, credentials }: Settings): Client {
  /** Calls at the same time share one. */
  let token: Promise<Token> | undefined;

  async function authorization(): Promise<string> {
    if (credentials.kind === "key") {
      return basic(credentials.apiKey, "");
    }
    const fetchAgain = (): Promise<Token> => (token = fetchToken(baseUrl, credentials));
    const last = await (token ?? fetchAgain()).catch((error: unknown) => {
      token = undefined;
      throw error;
    });
    const { value } = last.until > Date.now() ? last : await fetchAgain();
    return `Bearer ${value}`;
  }

  async function call(method: string, path: string, headers: Record<string, string>, body?: string): Promise<string> {
    const below = path.startsWith("/") ? path.slice(1) : `tailnet/${encodeURIComponent(tailnet)}/${path}`;
    const url = new URL(`api/v2/${below}`, withSlash(baseUrl));
    const request = { method, url, headers: { Authorization: await authorization(), ...headers } };
    return send(body === undefined ? request : { ...request, body });
  }

  const HUJSON = "application/hujson";
  return {
    async json(method, path, body) {
      const headers = body === undefined ? { Accept: "application/json" } : { "Content-Type": "application/json" };
      const answer = await call(method, path, headers, body === undefined ? undefined : goJson(body));
      return answer.trim() === "" ? undefined : (JSON.parse(answer) as unknown);
    },
    readPolicy: () => call("GET", "acl", { Accept: HUJSON }),
    async writePolicy(text, ifMatch) {
      const guard = ifMatch === undefined ? {} : { "If-Match": JSON.stringify(ifMatch) };
      await call("POST", "acl", { "Content-Type": HUJSON, ...guard }, text);
    },
  };
}

async function fetchToken(
  baseUrl: string,
  { clientId, clientSecret, scopes }: Extract<Credentials, { kind: "oauth" }>,
): Promise<Token> {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scopes.length > 0) {
    form.set("scope", scopes.join(" "));
  }
  const answer = await send({
    method: "POST",
    url: new URL("api/v2/oauth/token", withSlash(baseUrl)),
    headers: {
      Authorization: basic(encodeURIComponent(clientId), encodeURIComponent(clientSecret)),
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: form.toString(),
  });
  const { access_token: value, expires_in: seconds = 3600 } = JSON.parse(answer) as {
    access_token: string;
    expires_in?: number;
  };
  return { value, until: Date.now() + (seconds - 10) * 1000 };
}

const withSlash = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** As Go writes it: it escapes what HTML would read. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);

function send({ method, url, headers, body }: Request): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const scheme = url.protocol === "https:" ? https : http;
    const request = scheme.request(url, { method, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          resolve(text);
        } else {
          reject(new ApiError(status, `${messageOf(text) ?? response.statusMessage ?? "no answer"} (${status})`));
        }
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** What the server says is wrong, and of whose test of a policy. */
function messageOf(text: string): string | undefined {
  try {
    const { message, data } = JSON.parse(text) as {
      message?: string;
      data?: { user?: string; errors?: string[] }[];
    };
    const details = (data ?? []).flatMap(({ user = "", errors = [] }) => errors.map((it) => `\n  ${user}: ${it}`));
    return message === undefined ? undefined : message + details.join("");
  } catch {
    return undefined;
  }
}
