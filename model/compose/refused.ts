// Keys that Compose has and this program does not take, section by section: why, and what to write instead. `npm run docs`
// makes the table of docs/compose.md of them.

type Reasons = Readonly<Record<string, string>>;

const SWARM = "it is for Swarm; remove it";
const OWN_LABELS = "the program sets its own; remove them";
const DEPLOYER = "the file belongs to the account that deploys, as with Compose outside Swarm; remove it";

/** Of a service. */
const SERVICE: Reasons = {
  build: "images are built by CI, not on the hosts; push the image to a registry and name it in image:",
  env_file: "write the values under environment:, with ${NAME} for what comes from the stack's configuration",
  label_file: "write the labels under labels:",
  expose: "containers of one network reach each other on every port; remove it",
  extends: "use a YAML anchor and a merge key (<<:) in this file",
  links: "services of one network find each other by name; remove it",
  external_links: "attach both services to one network",
  scale: "one service is one container; write a second service",
  pull_policy: "an image is pulled when its reference changes; remove it",
  pull_refresh_after: "an image is pulled when its reference changes; remove it",
  attach: "it is for docker compose up in a terminal; remove it",
  annotations: "no program here reads them; write labels: instead",
  develop: "it is for developing an image; remove it",
  provider: "a service is a container here; name an image",
  models: "run the model as a service with an image of its own",
  volumes_from: "name the volume in both services",
  use_api_socket: "mount /var/run/docker.sock, with x-homelab: {socket-reason: WHY}",
  mac_address: "nothing in a homelab should depend on it; remove it",
  uts: "use hostname: for another name",
  cgroup: "every container has a cgroup namespace of its own; remove it",
  isolation: "it is for Windows; remove it",
  credential_spec: "it is for Windows; remove it",
  oom_kill_disable: "set mem_limit: high enough",
  oom_score_adj: "set mem_limit: for the others",
  mem_swappiness: "the kernel's cgroup v2 has none for a container; use memswap_limit:",
  cpu_count: "it is for Windows; use cpus:",
  cpu_percent: "it is for Windows; use cpus:",
  cpu_quota: "use cpus: for the quota divided by the period",
  cpu_period: "use cpus: for the quota divided by the period",
  cpu_rt_period: "Debian's kernels have no real-time groups; use cpu_shares:",
  cpu_rt_runtime: "Debian's kernels have no real-time groups; use cpu_shares:",
  blkio_config: "the Docker provider cannot set it; remove it",
  storage_opt: "Debian's overlay2 on ext4 has no limit for a container; remove it",
  post_start: "write what it does into the image's entrypoint, or into a service with x-homelab: {one-shot: true}",
  pre_stop: "let the program end on stop_signal: within stop_grace_period:",
};

/** Of everything else, by where it is. */
const SECTIONS = {
  top: {
    version: "Compose no longer reads it; remove it",
    include: "name each file under services: of the host in the stack's configuration",
    models: "run the model as a service with an image of its own",
  },
  "depends_on.NAME": { restart: "a service is restarted only when its own definition changes; remove it" },
  deploy: {
    mode: SWARM,
    endpoint_mode: SWARM,
    labels: SWARM,
    placement: SWARM,
    rollback_config: SWARM,
    update_config: SWARM,
    replicas: "one service is one container; write a second service",
    restart_policy: "write restart: in the service, as in restart: on-failure:3",
  },
  "deploy.resources.reservations": { generic_resources: SWARM },
  "networks.NAME (of a service)": {
    interface_name: "the engine names it; remove it",
    ipv6_address: "containers are reached over IPv4; remove it",
    link_local_ips: "containers are reached over IPv4; remove them",
    mac_address: "nothing in a homelab should depend on it; remove it",
    driver_opts: "the Docker provider cannot set them; remove them",
    priority: "the engine chooses; remove it",
    gw_priority: "the engine chooses; remove it",
  },
  "volumes[] (of a service)": {
    consistency: "it is for Docker Desktop; remove it",
    image: "mount a volume, or copy the files in the image",
  },
  "volumes[].volume": {
    subpath: "mount the whole volume",
    labels: OWN_LABELS,
  },
  "volumes[].bind": {
    recursive: "mounts below it come along, as by default; remove it",
    selinux: "Debian does not use SELinux unless told to; remove it",
  },
  "configs[] and secrets[] (of a service)": { uid: DEPLOYER, gid: DEPLOYER },
  networks: {
    attachable: SWARM,
    labels: OWN_LABELS,
    enable_ipv4: "containers are reached over IPv4; remove it",
  },
  "networks.NAME.ipam": { options: "the Docker provider cannot set them; remove them" },
  "networks.NAME.ipam.config[]": { aux_addresses: "give the containers an ipv4_address outside of it; remove it" },
  volumes: { labels: OWN_LABELS },
  configs: {
    environment: "write content: with ${NAME} in it",
    external: SWARM,
    name: SWARM,
    labels: SWARM,
    template_driver: SWARM,
  },
  secrets: {
    file: "secrets come from the stack's configuration, not from files; write environment: NAME",
    external: SWARM,
    name: SWARM,
    labels: SWARM,
    driver: SWARM,
    driver_opts: SWARM,
    template_driver: SWARM,
  },
} as const satisfies Readonly<Record<string, Reasons>>;

export const REFUSED = { service: SERVICE, ...SECTIONS } as const;
