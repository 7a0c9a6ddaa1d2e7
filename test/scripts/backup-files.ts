import { TWO_HOSTS } from "./homelab.js";

/** Two hosts that copy: a service and a share of one name on the one, a volume of two services on the other. */
export const BACKUP_FILES: Readonly<Record<string, string>> = {
  "Pulumi.test.yaml": `${TWO_HOSTS}  homelab:backups: {}
  homelab:secrets: {backupPassword: {secure: v1:x}}
  homelab:nas: {shares: {photos: {}, wiki: {}, backups: {}}}
`,
  "stacks/nas/compose.yaml": `services:
  wiki: {image: "wiki:1", volumes: [pages:/pages], restart: always}
  cache: {image: "cache:1", volumes: [cache:/cache]}
volumes: {pages: {x-stateful: true}, cache: {}}
`,
  "stacks/media/compose.yaml": `services:
  player: {image: "player:1", volumes: [config:/config, "./lists:/lists"]}
  viewer: {image: "viewer:1", volumes: [config:/config]}
  films: {image: "films:1", volumes: [films:/x], x-homelab: {no-backup: they can be had again}}
volumes: {config: {x-stateful: true}, films: {x-stateful: true}}
`,
};
