import { joins, OAUTH_SECRET, SCOPES } from "../config/tailnet-settings.js";
import type { Config } from "../config/settings.js";
import type { TailnetAccess } from "./types.js";

type TailnetConfig = NonNullable<Config["tailnet"]>;

/** Tailscale's own API, and where nodes log in. Another control server has both at one address. */
const TAILSCALE = { api: "https://api.tailscale.com", login: "https://controlplane.tailscale.com" } as const;

/** Where the control server is found. */
export const serverOf = ({ server }: TailnetConfig): { readonly api: string; readonly login: string } =>
  server === undefined ? TAILSCALE : { api: server, login: server.replace(/\/$/, "") };

/** The hosts that join, by the order of their names. */
export const joining = ({ hosts, tailnet }: Config): string[] =>
  Object.entries(hosts)
    .filter(([, host]) => joins(host, tailnet))
    .map(([name]) => name)
    .sort();

/** How the API is reached, where there is an OAuth client. */
export function accessOf(config: Config): TailnetAccess | undefined {
  const { tailnet } = config;
  if (tailnet?.oauthClient === undefined) {
    return undefined;
  }
  const [policy, keys] = SCOPES;
  return {
    oauthClient: tailnet.oauthClient,
    secret: OAUTH_SECRET,
    scopes: joining(config).length === 0 ? [policy] : [policy, keys],
    name: tailnet.name ?? "-",
    server: serverOf(tailnet).api,
  };
}
