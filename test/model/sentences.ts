import type { ProblemCode } from "../../model/yaml/codes.js";

/** What the owner is told of the example of each kind of mistake, and what to do: the wording is frozen here. */
export const SENTENCES: Readonly<Record<ProblemCode, string>> = {
  "unreadable-file":
    "my/none.yaml, a Compose file of pi5, is missing -> write its path from the project's directory, or remove it here",
  "empty-file": "the file is empty",
  "invalid-yaml": "a bracket is opened and not closed -> close it with }",
  "undefined-alias": '*nothing refers to no anchor -> write &nothing before it, or put the text in quotes: "*nothing"',
  "ambiguous-number":
    '0x10 is 16 here and another number to other programs -> write "0x10", or write 16 if a number is meant',
  "unknown-key": 'unknown key "imagee" -> remove it: "image" exists as well',
  "unsupported-key":
    '"build" is not supported: images are built by CI, not on the hosts; push the image to a registry and name it in image:',
  "missing-value": "is required -> add image:",
  "wrong-type": "must be a string, not a list",
  "unknown-value": "must be host",
  "out-of-range": "must be at most 65535",
  malformed: "is not a duration -> write a number with its unit, such as 30s or 1m30s",
  "not-exactly-one": "needs file: or content: -> write file: ./NAME, or write content: with the text itself",
  "empty-word": "has an empty argument, which the Docker provider rejects -> remove it",
  "relative-bind": "../x lies outside the project's directory -> write the host's absolute path",
  "plain-text-secret":
    "is stored in plain text -> encrypt it: npx pulumi config set --secret --path homelab:secrets.TOKEN",
  "reserved-name": '"homes" has a meaning of its own in Samba -> choose another name',
  placeholder:
    'still says "domain.com", as the sample does -> write a domain of your own, or home.arpa if you have none, or answer questions, and have this file written: npm run setup -- --stack test',
  "reserved-path": "is inside the folder where shares are mounted -> choose a folder outside /mnt/media",
  "malformed-reference":
    "a ${ without a name and a } -> write ${NAME} or ${NAME:-default}; for a dollar sign, write $$",
  "undefined-variable":
    "nothing provides ${NONE} -> set it: npx pulumi config set --stack test --path homelab:values.NONE VALUE",
  "misplaced-secret":
    "the secret TOKEN is not allowed here -> put it into an environment value, or into a file by the top-level secrets: or configs.NAME.content, or if everybody may see it, set it as a value, in plain text: npx pulumi config set --stack test --path homelab:values.TOKEN VALUE",
  "missing-secret":
    "the secret TOKEN is not set -> run npx pulumi config set --stack test --secret --path homelab:secrets.TOKEN",
  "unknown-host": 'there is no host "none" -> known here: pi5',
  "unknown-audience":
    'unknown audience "?" -> known here: lan, tailnet, containers, localhost, role:nas, role:ci, role:media, role:agent, host:NAME',
  "unknown-service": 'there is no service "none" -> add none: under the top-level services:',
  "ambiguous-service":
    "2 services have this key -> write pi5/web: true in place of web:, or write pi5/other: true in place of web:",
  "unknown-network": 'there is no network "none" -> add none: under the top-level networks:',
  "unknown-volume": 'there is no volume "none" -> add none: under the top-level volumes:',
  "unknown-config": 'there is no config "none" -> add none: under the top-level configs:',
  "unknown-secret": 'there is no secret "none" -> add none: under the top-level secrets:',
  "unknown-share": 'pi5 has no share "none" -> add none: under homelab:nas.shares',
  "no-host-key": "is not prepared yet: its host key is not pinned -> run npm run bootstrap -- pi5 --stack test",
  "unsupported-platform":
    "a Pi Zero of the first generation cannot run these containers -> use a Pi Zero 2 W with a 64-bit system",
  "outside-lan": "192.168.2.100 is outside the LAN 192.168.1.0/24 -> write an address of the LAN",
  "outside-range":
    "192.168.1.100 is outside the agents' range 192.168.1.110 to 192.168.1.119 -> choose an address in it, or widen homelab:lan.agents",
  "duplicate-address": "192.168.1.100 is already the address of pi5 -> give each host its own",
  "renamed-host":
    "is the host that was deployed as pi4: under another name, all that runs on it would be removed and made again -> to rename it and keep what runs: npm run rename -- --stack test pi4 pi5",
  "overlapping-subnet":
    "192.168.1.128/25 has addresses of the LAN, 192.168.1.0/24 -> choose another subnet, as in 172.30.0.0/24, or remove ipam: so that Docker chooses one",
  "outside-subnet": "172.30.1.1 is outside 172.30.0.0/24 -> write one of 172.30.0.0/24, or remove gateway:",
  "no-nas": "no host has the role nas -> write role: nas at the host with the disks, or remove this",
  "several-nas": "pi5 and pi6 have the role nas; only one host can hold the shares -> give the role to one of them",
  "no-root":
    "root is required here: OpenMediaVault mounts its disks itself -> add root: with the mount point that OpenMediaVault shows under Storage, File Systems",
  "redundant-access": "anna is listed under write: too -> remove it here: write access includes read access",
  "backup-inside-data":
    "the copies would lie in the share tv, which is to be copied itself -> write /mnt/media/backups/restic, or give tv a no-backup: WHY under homelab:nas.shares",
  "backup-elsewhere":
    "homelab:backups cannot copy it: Docker brings its data from elsewhere -> copy them where they are, and write x-homelab: {no-backup: WHY} in web, or remove it, if the data may go with the service",
  "mount-of-all-shares": "/mnt/media contains the mounts of all shares -> mount /mnt/media/NAME, once for each share",
  "untagged-image": "nginx has no tag -> write nginx:VERSION, so that every deployment runs the same",
  "moving-tag": "nginx:latest changes with every push -> write a version as the tag",
  "image-for-other-platform":
    "nginx:1.29 does not exist for linux/arm64, the platform of pi5 -> it exists for linux/amd64; put the service on another host",
  "socket-without-reason":
    "Docker's socket gives root on the host -> use a socket proxy, or say why in x-homelab: {socket-reason: WHY}",
  "privileged-without-reason":
    "a privileged container has root on the host -> say why in x-homelab.privileged-reason, or use cap_add",
  "system-path": "/etc is a directory of the system -> mount only the part that the service needs",
  "route-without-proxy":
    "a route leads to Traefik, and pi5 has none -> put the service on the host with Traefik, or remove the label and publish a port",
  "ambiguous-proxy":
    "web has no Traefik, and several other hosts have: one, two -> put the service on one of these hosts, or remove the route",
  "route-without-port":
    "nothing says to which port it leads -> write route: {name: wiki, port: PORT}, with the port in the container",
  "route-of-passenger":
    "it has the network of vpn, which is where Traefik finds it -> write the route in vpn, with the port of this one",
  "route-to-closed-port":
    'Traefik runs on one, and port 80 is not published for it -> write ports: [{target: 80, published: "80", protocol: tcp, x-audience: ["host:one"]}]',
  "duplicate-route": "web.example.org leads to wiki on pi5 already -> write another name, as in wiki-pi5",
  "duplicate-container": 'the service web has a container "one" on this host already -> write container_name: nas-db',
  "duplicate-port": "port 80/tcp of the host is already taken by web -> choose another port of the host",
  "duplicate-mount": "something else is mounted at /x already -> choose another target, or remove one of the two",
  "ipv6-network": "enable_ipv6 would need an IPv6 subnet of yours for the network -> remove enable_ipv6",
  "conflicting-networks":
    "stacks/nas/compose.yaml declares front otherwise -> say the same of it in both, or external: true in one of them",
  "conflicting-volumes":
    "stacks/nas/compose.yaml declares data otherwise -> say the same of it in both, or external: true in one of them",
  "own-nas-volume":
    "pi5 exports a share only to hosts whose services mount it by its path -> remove this volume, and mount the share: /mnt/media/SHARE:/path/in/container",
  "mount-without-reason":
    "/proc shows the service all that the system has there, Docker's socket too if that is below it -> mount only the part that it needs, or say why in x-homelab: {mount-reason: WHY}",
  "nothing-on": "every service of the file has a profile, and so none is on -> write homelab:services: {pi5/web: true}",
  "duplicate-project":
    'stacks/nas/compose.yaml on the same host has the same project name, "nas" -> write another name: at the top',
  "memory-exceeded":
    "the memory limits on pi5 add up to 500 MiB, but only 384 MiB of its 512 MiB are for services; this limit is the largest -> lower this or others, or switch services off under homelab:services",
  "healthcheck-without-test": "has no test -> add test:, or write disable: true",
  "conflicting-keys": "networks: and network_mode: exclude each other -> remove one of the two",
  "no-audience":
    'port 80 is published without an audience -> write {target: 80, published: "80", protocol: tcp, x-audience: [lan]}',
  "empty-audience": "is empty -> list who may reach the port, or remove the port",
  "random-port":
    'port 80 has no published port, so Docker picks one that no firewall rule can name -> write {target: 80, published: "80", protocol: tcp, x-audience: [lan]}',
  "useless-ports":
    "Docker publishes no ports with network_mode: host -> write x-homelab: {listens: [{port: 80, protocol: tcp, audience: [lan]}]} in place of ports:",
  "no-listens":
    "it has the host's own network, and nothing says who may reach which of its ports -> write x-homelab: {listens: [{port: 8080, protocol: tcp, audience: [lan]}]} with its ports, or write x-homelab: {listens: []} if nobody but the host itself may",
  "conflicting-audiences":
    "port 80/tcp has another audience at another address, for web, and the firewall has one rule for both -> give both the same x-audience",
  "unusable-audience":
    "Traefik tells callers apart by their addresses, and does not know those of containers -> write lan, tailnet, host:NAME, role:ROLE or a name of homelab:audiences",
  "loopback-audience":
    "127.0.0.1 is reached from the host itself only, and the audience is wider -> write x-audience: [localhost], or remove host_ip",
  "useless-listens": "only a service with network_mode: host listens on the host itself -> use ports:",
  "dependency-cycle": "services depend on each other: web -> db -> web -> remove one depends_on",
  "dependency-never-ends": 'db is restarted whenever it ends -> write restart: "no" in db',
  "dependency-off":
    "db is switched off -> switch it on under homelab:services, or write db: {condition: service_started, required: false} in depends_on",
  "dependency-without-healthcheck":
    "db has no healthcheck -> write condition: service_started, or repeat the check that its image has, if any, under healthcheck: of db",
};
