/** A host that mounts a share from the NAS. */
export interface ShareClient {
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

/** A service that has a share, or a folder of it, mounted. */
export interface Use {
  readonly host: string;
  /** Name of the container. */
  readonly service: string;
  readonly share: string;
  readonly writes: boolean;
}
