import type { SCOPES } from "../config/tailnet-settings.js";

/** The tailnet's part in the desired state. */
export interface TailnetModel {
  /** People by group, each list sorted. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Tags of machines that belong to no host, by groups. */
  readonly machines: readonly string[];
  /** Names for addresses of the owner's own audiences. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The hosts' tags, by the order of their names. */
  readonly tags: readonly string[];
  readonly grants: readonly Grant[];
  /** What has to be open and what shut, for everybody who can be told apart. */
  readonly expectations: readonly Expectation[];
  readonly policy: "whole" | "merge";
  /** Digest of a policy from elsewhere that may be overwritten. */
  readonly overwrite: string | undefined;
  /** How its API is reached; undefined if it is not. */
  readonly access: TailnetAccess | undefined;
  /** Hosts that join by a key of their own. */
  readonly joins: readonly string[];
  /** Tests travel with the policy. Headscale refuses those of machines that have not joined yet. */
  readonly testsTravel: boolean;
}

/** How the API of the tailnet's control server is reached. */
export interface TailnetAccess {
  readonly oauthClient: string;
  /** Name of the secret that belongs to it. */
  readonly secret: string;
  readonly scopes: readonly (typeof SCOPES)[number][];
  /** "-" for the one of the OAuth client. */
  readonly name: string;
  readonly server: string;
}

/** Who may reach a host at which ports. */
export interface Grant {
  /** In the words of the policy, sorted. */
  readonly from: readonly string[];
  readonly host: string;
  /** As in tcp:22. */
  readonly ports: readonly string[];
  /** What listens there. */
  readonly what: string;
}

/** Somebody on a tailnet, as far as a policy tells people and machines apart. */
export interface Visitor {
  readonly name: string;
  /** The person whose device it is; undefined for a machine with tags. */
  readonly user: string | undefined;
  readonly tags: readonly string[];
  /** Addresses of it that are known. */
  readonly addresses: readonly string[];
}

/** A port of a host. */
export interface Place {
  readonly host: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** Whether somebody reaches a port. */
export interface Expectation extends Place {
  readonly visitor: Visitor;
  readonly open: boolean;
}
