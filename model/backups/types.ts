/** Where the copies of one host go. Types and no interfaces, because an interface is no JSON to TypeScript. */
export type BackupRepository =
  | {
      readonly kind: "folder";
      /** On the host. */
      readonly path: string;
      /** Where the share that it is in is mounted; undefined for a folder of the host's own disks. */
      readonly mount?: string;
    }
  /** As restic calls it. */
  | { readonly kind: "remote"; readonly url: string };

/** What is copied and restored as one: what a service keeps, or a share. */
export type BackupSet = {
  /** Of the container, or of the share. */
  readonly name: string;
  readonly kind: "service" | "share";
  /** By Docker's names. */
  readonly volumes: readonly string[];
  /** Absolute, on the host. */
  readonly folders: readonly string[];
  /** Containers that do not run meanwhile, in the order in which they are started again. */
  readonly stop: readonly string[];
};

/** What one host copies. */
export interface HostBackups {
  readonly repository: BackupRepository;
  /** Services first, each kind in the order of the names; never empty. */
  readonly sets: readonly BackupSet[];
}
