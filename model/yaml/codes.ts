/**
 * What can be wrong with what the owner wrote: one code for each kind of mistake, stable, for programs. The wording of a
 * message may change, its code does not.
 */
export type ProblemCode =
  // The file as such.
  | "unreadable-file"
  | "empty-file"
  | "invalid-yaml"
  | "undefined-alias"
  | "ambiguous-number"
  // The form of a value.
  | "unknown-key"
  | "unsupported-key"
  | "missing-value"
  | "wrong-type"
  | "unknown-value"
  | "out-of-range"
  | "malformed"
  | "not-exactly-one"
  | "empty-word"
  | "relative-bind"
  | "plain-text-secret"
  | "reserved-name"
  | "reserved-path"
  // References.
  | "malformed-reference"
  | "undefined-variable"
  | "misplaced-secret"
  | "missing-secret"
  | "unknown-host"
  | "unknown-audience"
  | "unknown-service"
  | "unknown-network"
  | "unknown-volume"
  | "unknown-config"
  | "unknown-secret"
  | "unknown-share"
  // Hosts.
  | "no-host-key"
  | "unsupported-platform"
  | "outside-lan"
  | "outside-range"
  | "duplicate-address"
  | "renamed-host"
  // Shares.
  | "no-nas"
  | "several-nas"
  | "no-root"
  | "redundant-access"
  | "mount-of-all-shares"
  // What may run, and together with what.
  | "untagged-image"
  | "moving-tag"
  | "image-for-other-platform"
  | "socket-without-reason"
  | "privileged-without-reason"
  | "system-path"
  | "duplicate-container"
  | "duplicate-port"
  | "duplicate-project"
  | "memory-exceeded"
  | "healthcheck-without-test"
  | "conflicting-keys"
  // Who may reach what.
  | "no-audience"
  | "empty-audience"
  | "random-port"
  | "useless-ports"
  | "useless-listens"
  // Dependencies.
  | "dependency-cycle"
  | "dependency-off"
  | "dependency-without-healthcheck";
