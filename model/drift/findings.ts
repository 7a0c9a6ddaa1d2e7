import type { HostModel } from "../types.js";
import type { Remedy } from "../yaml/remedy.js";
import type { FindingCode } from "./codes.js";

/** What of a host its drift is about. */
export type DriftHost = Pick<HostModel, "name" | "settings" | "services" | "networks" | "images" | "volumes">;

/**
 * What a finding is about: a setting, a container of ours or what belongs to it, something left over that is not declared,
 * something that is in the way of a deployment, or something to know.
 */
type FindingKind = "setting" | "container" | "leftover" | "blocker" | "note";

/** One thing on a host that is not as it was left, or not as it should be. */
export interface Finding {
  readonly host: string;
  readonly kind: FindingKind;
  readonly code: FindingCode;
  /** Of the setting, container, network, image or volume; or the file. */
  readonly name: string;
  /** What of a setting it is about, such as a file, a unit or a share. */
  readonly item?: string;
  /** What the words are said of, as in "jellyfin" or "network nas_dashboard". */
  readonly subject: string;
  /** For the owner; programs go by the code. */
  readonly words: string;
  /** What the owner can do, where a deployment does not do it. */
  readonly remedy?: Remedy;
}

/** What belongs to us, is not declared, and is not known to have been made: an interrupted deployment left it. */
export interface Leftover {
  readonly kind: "container" | "network";
  readonly id: string;
}

/** A finding of a host, without its name. */
export type Found = Omit<Finding, "host">;
