import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { OWN_TYPES, TAILNET_NAMES } from "../model/resource-names.js";
import { tagOf } from "../model/tailnet/tags.js";
import type { Expectation } from "../model/tailnet/types.js";
import { withRemedies } from "../model/yaml/remedy.js";
import { explain } from "../tailnet/explain.js";
import { expectUnchanged, lookAtTailnet } from "../tailnet/look.js";
import type { Look, Reachable } from "../tailnet/look.js";

/** Arguments of the homelab's tailnet. */
export interface TailnetArgs {
  /** Its desired policy. */
  readonly tailnet: Reachable;
  /** Values of the stack's secrets, by name. */
  readonly secrets: pulumi.Input<Record<string, string>>;
  /** Result of the look at it. */
  readonly state: TailnetState;
}

/** How to treat the tailnet, given the look at it. */
export interface TailnetState {
  readonly look: Look;
  /** Why its policy is left as it is; undefined if it is deployed. */
  readonly notDone: string | undefined;
}

/** Exit code by which Pulumi's language host knows that the program failed and has reported why. */
const ERROR_SHOWN = 32;

/**
 * Looks at the tailnet's policy and reports what will happen to it. A policy that must not be touched is a warning; in a
 * preview it is an error, unless the control server is merely unreachable.
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
  // A program that fails stops the engine from deleting anything on any host, so a deployment reports this in its result.
  const error = pulumi.runtime.isDryRun() && !away;
  await pulumi.log[error ? "error" : "warn"](text);
  if (error) {
    process.exitCode = ERROR_SHOWN;
  }
  return { look, notDone: text };
}

/** Seconds in which a host has to join after its key was created: a day, in case the host is off. */
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
        // overwriteExistingContent matters to the first deployment only; a policy that must not be touched ignores all.
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
            // A used key has served its purpose.
            recreateIfInvalid: "never",
          },
          { parent: this, provider, dependsOn: [policy] }, // the policy defines the tag
        );
        return [host, key.key];
      }),
    );
    this.registerOutputs({});
  }
}

/** Reports who gains and who loses access to what. */
function changesOf(changes: readonly Expectation[]): string[] {
  const lines = changes.map(
    ({ visitor, host, port, protocol, open }) =>
      `tailnet: ${visitor.name} -> ${host} ${port}/${protocol}: ${open ? "shut -> open" : "open -> shut"}`,
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}

/** The value of a secret. Like all configuration, it is known at once. */
const secretOf = (secrets: TailnetArgs["secrets"], name: string): Promise<string> =>
  new Promise((resolve) => {
    pulumi.output(secrets).apply((all) => {
      resolve(all[name] ?? "");
    });
  });
