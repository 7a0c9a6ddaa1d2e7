import * as pulumi from "@pulumi/pulumi";
import { identityOf } from "../model/drift/known-hosts.js";
import { JOIN_KEY } from "../model/config/tailnet-settings.js";
import { OWN_TYPES, printName } from "../model/resource-names.js";
import { ROLES, traitsOf } from "../model/roles.js";
import type { Role } from "../model/roles.js";
import type { HostModel } from "../model/types.js";
import { Containers } from "./containers.js";
import { HostSettings } from "./host-settings.js";
import type { HostState } from "./observe.js";
import { renderWith } from "./render.js";
import { Repair } from "./repair.js";

/** Arguments of a host of any role. */
export interface HostArgs {
  /** Its desired state. */
  readonly host: HostModel;
  /** Values of the stack's secrets, by name. */
  readonly secrets: pulumi.Input<Record<string, string>>;
  /**
   * The key by which it joins the tailnet.
   * @default it joins none
   */
  readonly joinKey?: pulumi.Input<string> | undefined;
  /**
   * The host as the probe found it.
   * @default one that can be deployed to, and on which nothing needs repair
   */
  readonly state?: HostState;
}

/** Lets a host change its role: resources that the new role declares as well are kept. */
const COMPONENTS = [undefined, ...ROLES].map((role) => traitsOf(role).component);

/** A host of any role: its settings, then its containers. Roles differ by data only, in model/roles.ts. */
export class Host extends pulumi.ComponentResource {
  constructor(
    role: Role | undefined,
    name: string,
    { host, secrets, joinKey, state }: HostArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const aliases = COMPONENTS.filter((it) => it !== traitsOf(role).component).map((it) => ({ type: OWN_TYPES + it }));
    super(OWN_TYPES + traitsOf(role).component, name, {}, { aliases, ...opts });
    const parent = { parent: this };
    const render = renderWith(secrets);
    const repair = new Repair(state);
    const renderSettings = joinKey === undefined ? render : renderWith(withJoinKey(secrets, joinKey));
    const settings = new HostSettings(
      printName({ kind: "settings", host: name }),
      { host, render: renderSettings, repair },
      parent,
    );
    const after = settings.commands;
    new Containers(printName({ kind: "containers", host: name }), { host, render, repair, after }, parent);
    this.registerOutputs(identityOf(host));
  }
}

/** Secrets of the settings, with the join key that this deployment creates. */
const withJoinKey = (secrets: HostArgs["secrets"], key: pulumi.Input<string>): HostArgs["secrets"] =>
  pulumi.all([secrets, key]).apply(([all, value]): Record<string, string> => ({ ...all, [JOIN_KEY]: value }));
