import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { OWN_TYPES, TAILNET_NAMES } from "../model/resource-names.js";
import { tagOf } from "../model/tailnet/tags.js";
import type { Expectation } from "../model/tailnet/types.js";
import { withRemedies } from "../model/yaml/remedy.js";
import { explain } from "../tailnet/explain.js";
import { expectUnchanged, lookAtTailnet } from "../tailnet/look.js";
import type { Look, Reachable } from "../tailnet/look.js";

/** What the tailnet's part of the homelab is made from. */
export interface TailnetArgs {
  /** What its policy has to be. */
  readonly tailnet: Reachable;
  /** Values of the stack's secrets by name. */
  readonly secrets: pulumi.Input<Record<string, string>>;
  /** What a look at it came to. */
  readonly state: TailnetState;
}

/** How the tailnet is to be treated, given what was seen of it. */
export interface TailnetState {
  readonly look: Look;
  /** Why its policy is left as it is; undefined if it is deployed. */
  readonly notDone: string | undefined;
}

/** How Pulumi's language host has it that the program failed, and has said why. */
const ERROR_SHOWN = 32;

/**
 * Looks at the tailnet's policy and says what will become of it. Where it must not be touched, that is a warning; in a
 * preview it is an error, unless the control server is merely away.
 */
export async function observeTailnet({
  tailnet,
  secrets,
}: Pick<TailnetArgs, "tailnet" | "secrets">): Promise<TailnetState> {
  const look = await lookAtTailnet(tailnet, await secretOf(secrets, tailnet.access.secret));
  if (look.kind === "deploy") {
    for (const line of changesOf(look.changes)) {
      await pulumi.log.info(line);
    }
    return { look, notDone: undefined };
  }
  const { matter, remedies } = explain(look);
  const text = withRemedies(`${matter} It is left as it is`, remedies);
  const away = look.kind === "trouble" && look.trouble === "unreachable";
  // A deployment that fails as a program deletes nothing any more, on no host: there it is for the result to say.
  const error = pulumi.runtime.isDryRun() && !away;
  await pulumi.log[error ? "error" : "warn"](text);
  if (error) {
    process.exitCode = ERROR_SHOWN;
  }
  return { look, notDone: text };
}

/** Seconds in which a host has to join after its key was made: a day, for a host that is off just then. */
const KEY_SECONDS = 86_400;
/** Of a key's description. */
const LONGEST = 50;

/** The tailnet: its policy, and a key for each host that joins. */
export class Tailnet extends pulumi.ComponentResource {
  /** By the name of the host. */
  readonly keys: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(
    { tailnet: { access, joins }, secrets, state: { look, notDone } }: TailnetArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`${OWN_TYPES}Tailnet`, TAILNET_NAMES.component, {}, opts);
    const secret = pulumi.secret(pulumi.output(secrets).apply((all) => all[access.secret] ?? ""));
    const provider = new tailscale.Provider(
      TAILNET_NAMES.provider,
      {
        baseUrl: access.server,
        tailnet: access.name,
        oauthClientId: access.oauthClient,
        oauthClientSecret: secret,
        scopes: [...access.scopes],
      },
      { parent: this },
    );
    const guard = new pulumi.ResourceHook(TAILNET_NAMES.guard, async () => {
      if (look.kind !== "deploy") {
        throw new Error(notDone);
      }
      await expectUnchanged(access, await secretOf(secrets, access.secret), look.there);
    });
    const policy = new tailscale.Acl(
      TAILNET_NAMES.policy,
      look.kind === "deploy" ? { acl: look.text, overwriteExistingContent: !look.first } : { acl: "{}" },
      {
        parent: this,
        provider,
        // Whether it may overwrite matters to the first deployment only; the rest is left where nothing may be done.
        ignoreChanges: look.kind === "deploy" ? ["overwriteExistingContent"] : ["*"],
        // Without the homelab, the tailnet stays as it is.
        retainOnDelete: true,
        hooks: { beforeCreate: [guard], beforeUpdate: [guard] },
      },
    );
    this.keys = new Map(
      joins.map((host) => {
        const key = new tailscale.TailnetKey(
          TAILNET_NAMES.key(host),
          {
            tags: [tagOf(host)],
            description: host.slice(0, LONGEST),
            expiry: KEY_SECONDS,
            preauthorized: true,
            reusable: false,
            ephemeral: false,
            // A key that was used has done what it was for.
            recreateIfInvalid: "never",
          },
          { parent: this, provider, dependsOn: [policy] }, // which has the tag
        );
        return [host, key.key];
      }),
    );
    this.registerOutputs({});
  }
}

/** Who reaches what from then on, and who no longer. */
function changesOf(changes: readonly Expectation[]): string[] {
  const lines = changes.map(
    ({ visitor, host, port, protocol, open }) =>
      `tailnet: ${visitor.name} -> ${host} ${port}/${protocol}: ${open ? "shut -> open" : "open -> shut"}`,
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}

/** The value of a secret, which is known already, as all configuration is. */
const secretOf = (secrets: TailnetArgs["secrets"], name: string): Promise<string> =>
  new Promise((resolve) => {
    pulumi.output(secrets).apply((all) => {
      resolve(all[name] ?? "");
    });
  });
