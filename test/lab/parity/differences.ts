/** A way in which the two differ. */
export interface Difference {
  /** Fits the lines that `compare` makes of it: `SERVICE PATH: THEIRS -> OURS`. */
  readonly line: RegExp;
  /** A row of docs/compose.md: what, with `docker compose up`, here, why. */
  readonly row: readonly [string, string, string, string];
}

/** All of them, in the order of docs/compose.md. */
export const DIFFERENCES: readonly Difference[] = [
  {
    line: /^plain\.(Name: "\/parity-plain-1" -> "\/plain"|Networks\.parity_default\.DNSNames: "ID" "parity-plain-1" "plain" -> "ID" "plain")$/,
    row: [
      "name of a container without `container_name`",
      "`PROJECT-SERVICE-1`",
      "`SERVICE`",
      "one service is one container",
    ],
  },
  {
    line: /\.Config\.Labels\.com\.centurylinklabs\.watchtower\.enable: nothing -> "false"$/,
    row: ["label `com.centurylinklabs.watchtower.enable`", "none", "`true` or `false`", "from `x-homelab.updates`"],
  },
  {
    line: /\.Config\.AttachStd(out|err): true -> false$/,
    row: [
      "`AttachStdout` and `AttachStderr`",
      "true",
      "false",
      "tells what the client that made the container listened to, nothing of the container",
    ],
  },
  {
    line: /\.HostConfig\.Init: nothing -> false$/,
    row: [
      "`Init` where the file has no `init`",
      "not said: as the engine is configured, which is no unless changed",
      "no",
      "the Docker provider always says it",
    ],
  },
  {
    line: /\.Config\.Healthcheck\.(Retries: nothing -> 3|Timeout: (nothing|\d+) -> 30000000000|StartPeriod: nothing -> 1000000)$/,
    row: [
      "what a `healthcheck` leaves out",
      "from the image's own check, else Docker's defaults",
      "Docker's defaults: 30s, 30s, 3 tries, a start period of 1ms",
      "read back from the image it would look like a change at every deployment; so the wait for health knows how long it may take, too",
    ],
  },
  {
    line: /\.Config\.StopTimeout: 2 -> 3$/,
    row: [
      "a `stop_grace_period` of 2.5s",
      "2 seconds",
      "3 seconds",
      "Docker takes whole seconds; a service gets no less than its file says",
    ],
  },
  {
    line: /\.HostConfig\.Cap(Add|Drop): /,
    row: [
      "`CapAdd` and `CapDrop`",
      "as written",
      "each with `CAP_`",
      "the same to Docker, and how the provider reads it back",
    ],
  },
  {
    line: /\.HostConfig\.PidsLimit: nothing -> 0$/,
    row: ["`pids_limit: -1`", "not said", "0", "both are no limit; the provider has none, so `docker update` sets it"],
  },
  {
    line: /\.HostConfig\.NetworkMode: "parity_(default|back)" -> "bridge"$/,
    row: [
      "`NetworkMode` of a service in networks",
      "the first network",
      "`bridge`",
      "the provider joins the networks before the start and leaves `bridge`; the networks that the container is in are equal",
    ],
  },
  {
    line: /\.Aliases: (.*?) ?"parity-[\w-]+" ?(.*?) -> \1 ?\2$/,
    row: [
      "`Aliases` in each network",
      "with the container's name",
      "without it",
      "Docker finds a container by its name anyway: `DNSNames` are equal",
    ],
  },
  {
    line: /^ports\.(HostConfig\.PortBindings|Ports)\.8[0-4]\/tcp: .* -> \{"HostIp":"0\.0\.0\.0","HostPort":"\w+"\}$/,
    row: [
      "a port without `host_ip`",
      "on every IPv4 and IPv6 address of the host",
      "on every IPv4 address",
      "the provider always names an address; the LAN and its audiences are IPv4",
    ],
  },
  {
    line: /^ports\.(HostConfig\.PortBindings|Ports)\.86\/tcp: .* -> \{"HostIp":"127\.0\.0\.1","HostPort":"18086"\}$/,
    row: [
      "a port whose `x-audience` is `[localhost]`",
      "on every address",
      "on 127.0.0.1",
      "Compose knows no audiences",
    ],
  },
  {
    line: /^storage\.Mounts\[[^\]]+\]\.Mode: "z" -> (nothing|"rw"|"ro")$/,
    row: [
      "`Mode` of a mounted volume",
      "`z`",
      "`rw`, `ro` or nothing",
      "two forms of Docker's API; `RW` and what is mounted are equal",
    ],
  },
  {
    line: /^storage\.Mounts\[\/there-slave\]\.Mode: "rw,rslave" -> nothing$/,
    row: [
      "a bind in short form with a propagation",
      "a missing directory is made",
      "it must be there",
      "with the provider, only the form that makes none can say the propagation, which is equal",
    ],
  },
  {
    line: /\.Mounts\[[^\]]+\]\.Source: "\/home\/deploy\/parity\/banner\.txt" -> "\/home\/deploy\/\.homelab\/files\/[^"]+"$/,
    row: [
      "`configs` with `file`",
      "mounted from beside the Compose file",
      "mounted from `~/.homelab/files`",
      "the Compose file is not on the host",
    ],
  },
  {
    line: /^(canaries|contents)\.Mounts\[[^\]]+\]\.\w+: nothing -> /,
    row: [
      "`secrets`, and `configs` with `content`",
      "copied into the container",
      "mounted, read-only",
      "a copy is not possible where `read_only` is set, and stays in the container's layer on disk",
    ],
  },
  {
    line: /^(storage|read-only) mode of \S+: 644 -> 44[04]$/,
    row: ["mode of a config with `file`", "that of the file; `mode` is ignored", "`mode`, or 0444", "the file says so"],
  },
  {
    line: /^contents mode of \/etc\/written: 1200 -> 640$/,
    row: ['a `mode` in quotes, `"0640"`', "01200: read as a decimal number", "0640", "the octal number is meant"],
  },
  {
    line: /^no-entrypoint\.Config\.(Entrypoint: nothing -> "\/standin"|Cmd: "\/standin" "one" -> "one")$/,
    row: [
      "an empty `entrypoint`",
      "none",
      "the first word of `command`",
      "the provider takes no empty one; what runs is equal",
    ],
  },
  {
    line: /^words\.(Args|Config\.Cmd): (.*) -> \2 "&&" "more"$/,
    row: [
      "`&&`, `;` and the like in a `command` that is one text",
      "the command ends there",
      "words like any others",
      'no shell reads it; write `[sh, -c, "..."]`',
    ],
  },
  {
    line: /^limits-alone\.HostConfig\.(Memory: 66560000 -> 66060288|MemorySwap: 133120000 -> 133169152)$/,
    row: ["an amount of memory such as `65000k`", "in bytes", "to the nearest MiB", "the provider takes MiB"],
  },
  {
    line: /^storage\.Mounts\[\/made-z\]\.Mode: "rw,z" -> "rw"$/,
    row: [
      "`:z` and `:Z` of a bind",
      "asks SELinux to relabel it",
      "not said",
      "Debian does not use SELinux unless told to",
    ],
  },
];
