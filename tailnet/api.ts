import { z } from "zod";
import { API_KEY } from "../model/config/tailnet-settings.js";
import type { Device } from "../model/tailnet/devices.js";
import type { TailnetAccess } from "../model/tailnet/types.js";

/** Why a call to the control server failed. */
export type ApiTrouble = "unreachable" | "api key" | "refused" | "missing scope" | "failed";

/** An error response of the control server. */
export class ApiError extends Error {
  constructor(
    readonly trouble: ApiTrouble,
    message: string,
  ) {
    super(message);
  }
}

/** The calls of a control server's API that the engine has no resource for (tailscale.com/api). */
export interface TailnetApi {
  /**
   * The text of the policy file, with its comments.
   *
   * @throws ApiError
   */
  readPolicy(): Promise<string>;
  /**
   * The server's complaint about a policy, in its words; undefined if it does not validate policies, as Headscale.
   *
   * @throws ApiError
   */
  validatePolicy(text: string): Promise<readonly string[] | undefined>;
  /**
   * Every device of the tailnet.
   *
   * @throws ApiError
   */
  listDevices(): Promise<readonly Device[]>;
  /**
   * Removes a device, which is off the tailnet from then on.
   *
   * @throws ApiError
   */
  removeDevice(id: string): Promise<void>;
}

/** What is read of the list of devices. */
const deviceList = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      user: z.string().default(""),
      tags: z.array(z.string()).default([]),
      addresses: z.array(z.string()).default([]),
      created: z.string().default(""),
      lastSeen: z.string().optional(),
    }),
  ),
});
/** Scope of an OAuth client for devices. */
const DEVICES = "devices:core";

/** Longest time that a call may take. */
const TIMEOUT_MS = 10_000;
const HUJSON = "application/hujson";

/**
 * Logs in as an OAuth client.
 *
 * @param secret of the client
 * @throws ApiError
 */
export async function connect(access: TailnetAccess, secret: string): Promise<TailnetApi> {
  if (secret.startsWith(API_KEY)) {
    throw new ApiError("api key", `${access.secret} is an API key, and not the secret of an OAuth client`);
  }
  const token = await fetchToken(access, secret);
  const policy = urlIn(access, `tailnet/${encodeURIComponent(access.name)}/acl`);
  const authorization = { Authorization: `Bearer ${token}` };
  return {
    async readPolicy() {
      const response = await call(policy, { headers: { ...authorization, Accept: HUJSON } });
      return checked(response, "policy_file");
    },
    async validatePolicy(text) {
      const headers = { ...authorization, "Content-Type": HUJSON };
      const response = await call(new URL(`${policy.href}/validate`), { method: "POST", headers, body: text });
      return [404, 405, 501].includes(response.status)
        ? undefined
        : complaintsIn(await checked(response, "policy_file"));
    },
    async listDevices() {
      const url = urlIn(access, `tailnet/${encodeURIComponent(access.name)}/devices`);
      const text = await checked(await call(url, { headers: authorization }), DEVICES);
      return deviceList.parse(JSON.parse(text)).devices;
    },
    async removeDevice(id) {
      const url = urlIn(access, `device/${encodeURIComponent(id)}`);
      await checked(await call(url, { method: "DELETE", headers: authorization }), DEVICES);
    },
  };
}

const urlIn = ({ server }: TailnetAccess, path: string): URL =>
  new URL(`api/v2/${path}`, server.endsWith("/") ? server : `${server}/`);

async function fetchToken(access: TailnetAccess, secret: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const basic = Buffer.from(`${encodeURIComponent(access.oauthClient)}:${encodeURIComponent(secret)}`);
  const headers = { Authorization: `Basic ${basic.toString("base64")}` };
  const response = await call(urlIn(access, "oauth/token"), { method: "POST", headers, body: form });
  const { access_token: token } = JSON.parse(await checked(response, undefined)) as { access_token?: unknown };
  if (typeof token !== "string") {
    throw new ApiError("failed", "the control server gave no token");
  }
  return token;
}

async function call(url: URL, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new ApiError("unreachable", `${url.host}: ${cause instanceof Error ? cause.message : message}`);
  }
}

/** @param scope that the call requires */
async function checked(response: Response, scope: string | undefined): Promise<string> {
  const text = await response.text();
  if (response.ok) {
    return text;
  }
  const said = `${new URL(response.url).host} said ${response.status}: ${messageOf(text) ?? response.statusText}`;
  switch (response.status) {
    case 400:
    case 401:
      throw new ApiError(scope === undefined || response.status === 401 ? "refused" : "failed", said);
    case 403:
      throw new ApiError("missing scope", scope === undefined ? said : `${said}; it needs the scope ${scope}`);
    default:
      throw new ApiError("failed", said);
  }
}

function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The server answers 200 in any case: `message` says that something is wrong, and `data` what. */
function complaintsIn(text: string): string[] {
  const { message = "", data = [] } = (text.trim() === "" ? {} : JSON.parse(text)) as {
    message?: string;
    data?: { user?: string; errors?: string[] }[] | null;
  };
  if (message === "") {
    return [];
  }
  const details = (data ?? []).flatMap(({ user = "", errors = [] }) => errors.map((it) => `${user}: ${it}`));
  return [message, ...details];
}
