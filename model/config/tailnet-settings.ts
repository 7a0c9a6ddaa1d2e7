import { z } from "zod";
import { AUDIENCE_NAME } from "../audience.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";

/**
 * Somebody with an account, whom Tailscale knows by an address and Headscale by NAME@; or machines that belong to nobody, such
 * as runners of CI, by a tag that none of the homelab's hosts has.
 */
const member = form(/^([^\s@,"\\]+@[^\s@,"\\]*|tag:(?!homelab(-|$))[a-z][a-z0-9-]*)$/, "is nobody on a tailnet", {
  prose:
    "write an address as in anna@example.com, with Headscale the user and an @, as in anna@; or of machines that are not the homelab's a tag, as in tag:ci",
});

const group = z
  .array(member)
  .refine(
    (list) => list.length > 0,
    complaint("empty-audience", "names nobody", { prose: "write who is in it, as in [anna@example.com]" }),
  )
  .readonly();

/** Scopes of an OAuth client (tailscale.com/kb/1215): for the policy, and for keys by which hosts join. */
export const SCOPES = ["policy_file", "auth_keys"] as const;

/** Whether a host is on the tailnet by tailscaled's package and the helper; none leaves that to its owner. */
export const tailscale = z.enum(["none", "package"]);

/** What API keys begin with. */
export const API_KEY = "tskey-api-";

/** Where the owner gets the ID of an OAuth client and its secret. */
export const OBTAIN_CLIENT = `make an OAuth client with the scope ${SCOPES[0]}`;

/** Why an API key does not do. */
const NO_API_KEY = "an API key expires after 90 days at most, and everything stops then";

const oauthClient = form(/^[A-Za-z0-9_-]+$/, "is not the ID of an OAuth client", {
  prose: "write the ID that the admin console shows",
}).refine((id) => !id.startsWith(API_KEY), complaint("malformed", NO_API_KEY, { prose: OBTAIN_CLIENT }));

/** What `homelab:tailnet` may say. */
export const tailnet = mapping({
  /** People and machines by group, for audiences as in "tailnet:family". */
  groups: named(
    form(AUDIENCE_NAME, "is not a name for a group", { prose: "use small letters, digits and dashes" }),
    group,
  ).default({}),
  /** whole: the policy file is the homelab's. merge: what carries its marks is, and the rest stays as it is. */
  policy: z.enum(["whole", "merge"]).default("whole"),
  /** A policy from elsewhere that may be overwritten, by the first digits of its SHA-256. */
  overwrite: form(/^[0-9a-f]{12}$/, "is not the digest of a policy", {
    prose: "write the 12 digits that the preview shows",
  }).optional(),
  /** ID of the OAuth client, whose secret is TAILSCALE_OAUTH_SECRET; without one the policy is derived and shown only. */
  oauthClient: oauthClient.optional(),
  /** The tailnet's name. @default the one of the OAuth client */
  name: form(/^[A-Za-z0-9.@_-]+$/, "is not the name of a tailnet", { prose: "write it as in example.com" }).optional(),
  /** Whether hosts join it. */
  tailscale: tailscale.default("none"),
  /** Address of another control server that speaks Tailscale's API: Headscale from 0.30 on. @default Tailscale's own */
  server: form(/^https:\/\/[A-Za-z0-9.-]+(:\d+)?\/?$/, "is not the address of a control server", {
    prose: "write it as in https://headscale.example.org",
  }).optional(),
});

/** The secret of the OAuth client. */
export const OAUTH_SECRET = "TAILSCALE_OAUTH_SECRET";

/** Name of the key by which a host joins, among the secrets of its settings; the stack's have names in capitals. */
export const JOIN_KEY = "tailnet key";

/** Does the host join the tailnet by this program? */
export const joins = (
  host: { readonly tailscale?: z.infer<typeof tailscale> | undefined },
  settings: z.infer<typeof tailnet> | undefined,
): boolean => settings?.oauthClient !== undefined && (host.tailscale ?? settings.tailscale) === "package";
