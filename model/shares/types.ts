import type { NasConfig } from "../config/nas-settings.js";

/** What manages the NAS. */
export type NasBase = NasConfig["base"];

/** A host that mounts a share from the NAS. */
interface ShareClient {
  readonly name: string;
  readonly address: string;
  /** Some service of it writes. */
  readonly writes: boolean;
}

/** A folder of the NAS, and who gets at it. */
export interface ShareModel {
  readonly name: string;
  /** Hosts, in the order of their names. */
  readonly clients: readonly ShareClient[];
  /** People who may change its files over SMB. */
  readonly write: readonly string[];
  readonly read: readonly string[];
}

/** A service, or the host itself, that has a share, or a folder of it, mounted. */
export interface Use {
  readonly host: string;
  /** Name of the container; undefined for the host itself, which waits for no share. */
  readonly service: string | undefined;
  readonly share: string;
  readonly writes: boolean;
}

/** From where a host has its shares. */
export interface ShareSource {
  /** The NAS; undefined on the NAS itself. */
  readonly server: { readonly name: string; readonly address: string } | undefined;
  /** Path of a share on the NAS, as those who mount it call it. */
  readonly path: (share: string) => string;
}

/** What the NAS has for others. */
export interface ShareOffer {
  readonly base: NasBase;
  /** Folder that the shares are in. */
  readonly root: string;
  readonly shares: readonly ShareModel[];
  /** Everyone who has a password for SMB. */
  readonly people: readonly string[];
}

/** What a host has to do with shares. */
export interface HostShares {
  /** Those of its own services, and its own. */
  readonly uses: readonly Use[];
  /** undefined where there is no NAS. */
  readonly from: ShareSource | undefined;
  /** undefined on every other host than the NAS. */
  readonly offer: ShareOffer | undefined;
}
