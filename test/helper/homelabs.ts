import fc from "fast-check";
import { quoted } from "../model/quoted.js";
import { buildHomelab } from "../../model/build.js";
import type { HomelabModel } from "../../model/types.js";
import { BACKUP_PASSWORD } from "../../model/config/backups.js";
import { smbSecret } from "../../model/config/nas.js";
import { OAUTH_SECRET } from "../../model/config/tailnet-settings.js";
import { HOST_KEY } from "../model/declare.js";

/** What an owner could declare, in all forms of names, addresses and audiences that the model takes. */
export interface Declaration {
  readonly base: "debian" | "omv";
  readonly root: string;
  readonly timezone: string;
  readonly subnet6: string | undefined;
  readonly from: readonly string[];
  /** @default nothing is copied */
  readonly backups?: object;
  /** People of each share. */
  readonly shares: Readonly<Record<string, { readonly write: readonly string[]; readonly read: readonly string[] }>>;
  readonly hosts: readonly {
    readonly name: string;
    readonly role: string | undefined;
    readonly services: readonly Service[];
  }[];
}

interface Service {
  readonly name: string;
  readonly share: string;
  readonly writes: boolean;
  readonly audience: readonly string[];
  readonly listens: boolean;
}

export const TIMEZONES = [
  "Etc/UTC",
  "Etc/GMT+5",
  "America/Argentina/Buenos_Aires",
  "America/Port-au-Prince",
  "EST5EDT",
];

/** Names, each once, that begin with one of these characters and go on with those. */
const names = (first: string, others: string, last: string, maxLength: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...Array.from(first)),
      fc.string({ unit: fc.constantFrom(...Array.from(others)), maxLength: maxLength - 2 }),
      fc.constantFrom(...Array.from(last)),
    )
    .map((parts) => parts.join(""));

const LETTERS = "abcxyz";
const DIGITS = "0159";
const hostName = names(LETTERS + DIGITS, `${LETTERS + DIGITS}-`, LETTERS + DIGITS, 20);
const shareName = names(LETTERS, `${LETTERS + DIGITS}-`, LETTERS, 12).filter((name) => name !== "global");
const person = names(LETTERS, `${LETTERS + DIGITS}-`, LETTERS + DIGITS, 31);
const container = names(LETTERS + DIGITS, `${LETTERS + DIGITS}_.-`, LETTERS + DIGITS, 20);
const folder = names("AbZ0_", "AbZ0_.-", "aZ9", 10);

const several = <T>(of: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(of, { minLength, maxLength });

/** Where copies may go, of each kind. */
export const TARGETS = [
  "/mnt/media/copies/of-all",
  "/export/copies",
  "sftp:box:copies",
  "sftp://anna@box.example.org:2222//copies",
  "rest:https://nas.example.org:8000/",
  "s3:https://s3.example.org/a-bucket/~me",
  "rclone:box:",
  "b2:bucket:copies",
];

export const declaration: fc.Arbitrary<Declaration> = fc
  .record({
    base: fc.constantFrom("debian" as const, "omv" as const),
    root: fc
      .tuple(fc.constantFrom("srv", "mnt", "media", "data", "export"), several(folder, 1, 3))
      .map(([top, folders]) => `/${[top, ...folders].join("/")}`),
    timezone: fc.constantFrom(...TIMEZONES),
    subnet6: fc.constantFrom(undefined, "fd00:1234::/64", "2001:db8:0:7::/64"),
    from: several(fc.constantFrom("lan", "tailnet", "10.1.0.0/16", "fd12::/48"), 1, 3).map((all) => ["lan", ...all]),
    people: several(person, 1, 4),
    shareNames: several(shareName, 1, 3),
    hostNames: several(hostName, 3, 4),
    containers: several(container, 9, 9),
  })
  .chain(({ people, shareNames, hostNames, containers, ...rest }) => {
    const backups = fc.record({
      to: fc.constantFrom(...TARGETS),
      at: fc.constantFrom("00:00", "23:59"),
      drill: fc.constantFrom("daily", "weekly", "monthly"),
      keep: fc.record({
        daily: fc.integer({ min: 1, max: 9 }),
        weekly: fc.constant(0),
        monthly: fc.constantFrom(0, 9),
      }),
      environment: fc.constantFrom({}, { AWS_ACCESS_KEY_ID: "${AWS_KEY}", RCLONE_CONFIG_BOX_TYPE: "${AWS_KEY}" }),
    });
    const audience = several(
      fc.constantFrom("lan", "tailnet", "containers", `host:${hostNames[1] ?? ""}`, "role:nas", "role:agent"),
      1,
      3,
    );
    const service = (name: string): fc.Arbitrary<Service> =>
      fc.record({
        name: fc.constant(name),
        share: fc.constantFrom(...shareNames),
        writes: fc.boolean(),
        audience,
        listens: fc.boolean(),
      });
    const role = (i: number): string | undefined => ["nas", undefined, "agent", "media"][i];
    const chosen = fc.record({
      backups,
      shares: fc
        .tuple(...shareNames.map(() => fc.array(fc.boolean(), { minLength: people.length, maxLength: people.length })))
        .map((writers) =>
          Object.fromEntries(
            shareNames.map((name, i) => [
              name,
              {
                write: people.filter((_, j) => writers[i]?.[j] === true),
                read: people.filter((_, j) => writers[i]?.[j] !== true),
              },
            ]),
          ),
        ),
      hosts: fc.tuple(
        ...hostNames.map((name, i) =>
          fc.record({
            name: fc.constant(name),
            role: fc.constant(role(i)),
            services: fc.tuple(...containers.slice(i * 2, i * 2 + 2).map(service)),
          }),
        ),
      ),
    });
    return chosen.map((more): Declaration => ({ ...rest, ...more }));
  });

/** The model of what was declared. */
export function homelab({ base, root, timezone, subnet6, from, backups, shares, hosts }: Declaration): HomelabModel {
  const people = [...new Set(Object.values(shares).flatMap(({ write, read }) => [...write, ...read]))];
  const config = {
    "homelab:domain": "example.org",
    "homelab:timezone": timezone,
    "homelab:lan": { subnet: "10.0.0.0/8", ...(subnet6 !== undefined && { subnet6 }) },
    "homelab:admin": { from: [...new Set(from)] },
    "homelab:nas": { base, root, shares: { ...shares, copies: { "no-backup": "they are copies" } } },
    ...(backups !== undefined && { "homelab:backups": backups }),
    "homelab:tailnet": { oauthClient: "x", tailscale: "package" },
    "homelab:secrets": Object.fromEntries(
      [...people.map(smbSecret), OAUTH_SECRET, BACKUP_PASSWORD, "AWS_KEY"].map((name) => [name, { secure: "x" }]),
    ),
    "homelab:hosts": Object.fromEntries(
      hosts.map(({ name, role }, i) => [
        name,
        {
          address: `10.0.0.${i + 10}`,
          hostKey: HOST_KEY,
          services: [`${name}.yaml`],
          ...(role !== undefined && { role }),
        },
      ]),
    ),
  };
  const file = (host: string): string => {
    const services = hosts.find(({ name }) => name === host)?.services ?? [];
    return quoted({
      services: Object.fromEntries(services.map((service, i) => [service.name, compose(service, i)])),
      volumes: { data: { "x-stateful": true } },
    });
  };
  return buildHomelab("test", (name) => {
    if (name.startsWith("Pulumi.")) {
      return { text: quoted({ config }) };
    }
    if (!name.endsWith(".yaml")) {
      return { problem: "is missing" };
    }
    const ofRole = name.startsWith("stacks/media/") ? PROXY : "name: role\nservices: {}\n";
    return { text: name.startsWith("stacks/") ? ofRole : file(name.replace(".yaml", "")) };
  });
}

/** Shows a certificate of the host. */
const PROXY = `name: role
services:
  the-proxy:
    image: traefik:3
    user: "65532:65532"
    volumes: ["/var/lib/homelab-tls:/tls:ro"]
    x-homelab: {route: {name: the.deep.example.org, port: 8080}}
`;

function compose({ name, share, writes, audience, listens }: Service, i: number): unknown {
  const port = 8000 + i;
  return {
    image: "a:1",
    container_name: name,
    volumes: [`/mnt/media/${share}:/x${writes ? "" : ":ro"}`, ...(writes ? ["data:/data"] : ["./it's a folder/x:/y"])],
    ...(listens
      ? { network_mode: "host", "x-homelab": { listens: [{ port, protocol: "udp", audience }] } }
      : { ports: [{ target: 80, published: port, "x-audience": audience }] }),
  };
}
