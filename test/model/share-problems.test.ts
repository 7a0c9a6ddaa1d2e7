import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";

const STACK = "Pulumi.test.yaml";
const MEDIA = "stacks/media/compose.yaml";
const NONE = "services: {}\n";
const BOTH = `${CONFIG}    tv-box: {address: 192.168.1.102, role: media, hostKey: "${HOST_KEY}"}\n`;
/** A Compose file whose one service mounts something. */
const mounting = (...volumes: string[]): string =>
  `services:\n  web:\n    image: nginx:1.29\n    volumes: ${JSON.stringify(volumes)}\n`;

describe("mistakes with shares", () => {
  const config = (...lines: string[]): string => BOTH + lines.map((line) => `  ${line}\n`).join("");
  test.each<[string, string, string, string[]]>([
    [
      "a share that is not there",
      mounting("/mnt/media/movie:/m"),
      BOTH,
      [`${MEDIA}:4 services.web.volumes[0]: pi5 has no share "movie" -> write /mnt/media/movies`],
    ],
    [
      "a share that has no like",
      mounting("/mnt/media/photographs:/m"),
      BOTH,
      [
        `${MEDIA}:4 services.web.volumes[0]: pi5 has no share "photographs" -> add photographs: under homelab:nas.shares`,
      ],
    ],
    [
      "all mounts at once",
      mounting("/mnt/media:/m"),
      BOTH,
      [
        `${MEDIA}:4 services.web.volumes[0]: /mnt/media contains the mounts of all shares -> mount /mnt/media/NAME, once for each share`,
      ],
    ],
    [
      "an unknown key",
      NONE,
      config("homelab:nas: {share: {}}"),
      [`${STACK}:7 config.homelab:nas.share: unknown key "share" -> write "shares"`],
    ],
    [
      "a name that is none",
      NONE,
      config("homelab:nas: {shares: {TV: {}}}"),
      [`${STACK}:7 config.homelab:nas.shares.TV: is not a name for a share -> use small letters, digits and dashes`],
    ],
    [
      "a name that Samba has taken",
      NONE,
      config("homelab:nas: {shares: {homes: {}}}"),
      [`${STACK}:7 config.homelab:nas.shares.homes: "homes" has a meaning of its own in Samba -> choose another name`],
    ],
    [
      "a person who is none",
      NONE,
      config("homelab:nas: {shares: {tv: {read: [Anna]}}}"),
      [
        `${STACK}:7 config.homelab:nas.shares.tv.read[0]: is not a person's name -> use small letters, digits and dashes, with a letter first`,
      ],
    ],
    [
      "a person who reads and writes",
      NONE,
      config(
        "homelab:nas:",
        "  shares:",
        "    tv:",
        "      write: [anna]",
        "      read: [anna]",
        "homelab:secrets: {SMB_PASSWORD_ANNA: {secure: v}}",
      ),
      [
        `${STACK}:11 config.homelab:nas.shares.tv.read[0]: anna is listed under write: too -> remove it here: write access includes read access`,
      ],
    ],
    [
      "a password that is not set",
      NONE,
      config("homelab:nas: {shares: {tv: {write: [anna-b]}}}"),
      [
        `${STACK}:7 config.homelab:nas.shares.tv.write[0]: the secret SMB_PASSWORD_ANNA_B is not set -> let it be made: npm run secrets -- --stack test`,
      ],
    ],
    [
      "a root that the system needs",
      NONE,
      config("homelab:nas: {root: /etc/nas}"),
      [
        `${STACK}:7 config.homelab:nas.root: is not a folder for shares -> write an absolute path below /srv, /mnt, /media, /data or /export`,
      ],
    ],
    [
      "a root where shares are mounted",
      NONE,
      config("homelab:nas: {root: /mnt/media}"),
      [
        `${STACK}:7 config.homelab:nas.root: is inside the folder where shares are mounted -> choose a folder outside /mnt/media`,
      ],
    ],
    [
      "OpenMediaVault without a disk",
      NONE,
      config("homelab:nas: {base: omv}"),
      [
        `${STACK}:7 config.homelab:nas.base: root is required here: OpenMediaVault mounts its disks itself -> add root: with the mount point that OpenMediaVault shows under Storage, File Systems`,
      ],
    ],
    [
      "shares without a NAS",
      NONE,
      config("homelab:nas: {}").replace("role: nas, ", ""),
      [
        `${STACK}:7 config.homelab:nas: no host has the role nas -> write role: nas at the host with the disks, or remove this`,
      ],
    ],
    [
      "two that could have the share",
      mounting("/mnt/media/tv:/t"),
      config("homelab:nas: {}").replace(
        "  homelab:nas",
        `    pi6: {address: 192.168.1.103, role: nas, hostKey: "${HOST_KEY}"}\n  homelab:nas`,
      ),
      [
        `${STACK}:8 config.homelab:nas: pi5 and pi6 have the role nas; only one host can hold the shares -> give the role to one of them`,
        `${MEDIA}:4 services.web.volumes[0]: pi5 and pi6 have the role nas; only one host can hold the shares -> give the role to one of them`,
      ],
    ],
  ])("%s", (_, media, stack, expected) => {
    expect(problemsOf(() => model(NONE, stack, { [MEDIA]: media }))).toEqual(expected);
  });
});
