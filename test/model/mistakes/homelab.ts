import { HOST_KEY } from "../declare.js";

/** A homelab without a mistake, and how one is made of it. */

export const STACK = "Pulumi.test.yaml";
export const NAS = "stacks/nas/compose.yaml";
export const WIKI = "my/wiki/compose.yaml";
export type Files = Readonly<Record<string, string>>;

export const FILES: Files = {
  [STACK]: `config:
  homelab:domain: example.org
  homelab:timezone: Europe/Berlin
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5:
      address: 192.168.1.100
      role: nas
      memory: 8g
      services: [my/wiki/compose.yaml]
      hostKey: "${HOST_KEY}"
    jellyfin: {address: 192.168.1.102, role: media, hostKey: "${HOST_KEY}"}
  homelab:services: {transmission: false}
  homelab:projects:
    wiki:
      secrets: {DB_PASSWORD: {secure: v1:x}}
  homelab:secrets: {MAIL_TOKEN: {secure: v1:x}}
`,
  [NAS]: `services:
  homepage:
    image: homepage:1.0
    restart: always
    mem_limit: 256m
    ports: [{target: 3000, published: "3000", x-audience: [lan]}]
`,
  "stacks/media/compose.yaml": `services:
  transmission:
    image: transmission:1.0
`,
  [WIKI]: `services:
  wiki:
    image: wiki:1.0
    environment:
      TZ: \${TIMEZONE}
      WIKI_PASSWORD: \${DB_PASSWORD}
    ports:
      - target: 80
        published: "8222"
        x-audience: [lan]
    volumes:
      - wiki-data:/data
    networks: [inner]
    depends_on: [db]
    init: true
    mem_limit: 1g
  db:
    image: postgres:18.6
    volumes: ["db-data:/var/lib/postgresql"]
    networks: [inner]
volumes:
  wiki-data:
  db-data:
networks:
  inner:
x-secrets:
  DB_PASSWORD: {generate: 32}
`,
};

/** One text of a file in the place of another, which must be there. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What one does who reads the hint: an edit of the line that is named, or, for a string, that word is written as the hint has it. */
export type Follow = string | readonly [from: string, to: string];

export interface Mistake {
  readonly edits: readonly Edit[];
  /** `file:line path: message` */
  readonly said: string;
  readonly hints: readonly string[];
  /** undefined where the hint itself is an instruction that needs no reader. */
  readonly follow?: Follow;
}

export const mistake = (
  edit: Edit | readonly Edit[],
  said: string,
  hints: string | readonly string[],
  follow?: Follow,
): Mistake => ({
  edits: [edit].flat(),
  said,
  hints: [hints].flat(),
  ...(follow !== undefined && { follow }),
});
export const inStack = (from: string, to: string): Edit => ({ file: STACK, from, to });
export const inWiki = (from: string, to: string): Edit => ({ file: WIKI, from, to });
export const PI5 = "config.homelab:hosts.pi5";
