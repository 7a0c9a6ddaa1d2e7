import fc from "fast-check";
import { quoted } from "./quoted.js";
import { buildHomelab } from "../../model/build.js";
import type { HomelabModel } from "../../model/types.js";
import { HOST_KEY } from "./declare.js";

// A host that mounts a share gets it, as it needs it; nobody else gets anything.

const SHARES = ["movies", "tv", "old-films"];
const HOSTS = ["nas", "one", "two"];

interface Bind {
  readonly host: string;
  readonly share: string;
  readonly writes: boolean;
}

const binds: fc.Arbitrary<Bind[]> = fc.array(
  fc.record({ host: fc.constantFrom(...HOSTS), share: fc.constantFrom(...SHARES), writes: fc.boolean() }),
  { maxLength: 8 },
);

const address = (host: string): string => `10.0.0.${HOSTS.indexOf(host) + 1}`;

function build(all: readonly Bind[]): HomelabModel {
  const file = (host: string): string => {
    const mine = all.filter((bind) => bind.host === host);
    const services = mine.map(({ share, writes }, i) => [
      `s${i}`,
      { image: "a:1", volumes: [`/mnt/media/${share}:/x${writes ? "" : ":ro"}`] },
    ]);
    return quoted({ services: Object.fromEntries(services) as unknown });
  };
  const config = {
    "homelab:domain": "example.org",
    "homelab:lan": { subnet: "10.0.0.0/8" },
    "homelab:nas": { shares: Object.fromEntries(SHARES.map((name) => [name, {}])) },
    "homelab:hosts": Object.fromEntries(
      HOSTS.map((host) => [
        host,
        {
          address: address(host),
          hostKey: HOST_KEY,
          ...(host === "nas" ? { role: "nas" } : {}),
          services: [`${host}.yaml`],
        },
      ]),
    ),
  };
  return buildHomelab("test", (name) => {
    if (name.startsWith("Pulumi.")) {
      return { text: quoted({ config }) };
    }
    return { text: name.startsWith("stacks/") ? "services: {}\nname: role\n" : file(name.replace(".yaml", "")) };
  });
}

const inputOf = (homelab: HomelabModel, host: string, setting: string): Record<string, unknown> => {
  const input = homelab.hosts.find(({ name }) => name === host)?.settings.find(({ name }) => name === setting)?.input;
  return typeof input === "string" ? (JSON.parse(input) as Record<string, unknown>) : {};
};
const filesOf = (homelab: HomelabModel, host: string, setting: string): Record<string, string> => {
  const files = (inputOf(homelab, host, setting)["files"] ?? {}) as Record<string, string[]>;
  return Object.fromEntries(Object.entries(files).map(([path, lines]) => [path, `${lines.join("\n")}\n`]));
};

/** What the exports file gives to whom, as "SHARE ADDRESS MODE". */
function exported(homelab: HomelabModel): string[] {
  const text = filesOf(homelab, "nas", "nfs")["/etc/exports.d/homelab.exports"] ?? "";
  return text
    .replaceAll(/#.*\n/g, "")
    .replaceAll("\\\n", " ")
    .split("\n")
    .flatMap((line) => {
      const [path = "", ...clients] = line.split(/\s+/);
      return clients.map((client) => `${path.slice("/srv/nas/".length)} ${client.replace("(", " ").slice(0, -1)}`);
    })
    .map((entry) => entry.split(",")[0] ?? "")
    .sort();
}

test("exports are exactly what other hosts mount, in the strongest mode that one of their services needs", () => {
  fc.assert(
    fc.property(binds, (all) => {
      const wanted = HOSTS.filter((host) => host !== "nas").flatMap((host) =>
        SHARES.flatMap((share) => {
          const mine = all.filter((bind) => bind.host === host && bind.share === share);
          const mode = mine.some(({ writes }) => writes) ? "rw" : "ro";
          return mine.length === 0 ? [] : [`${share} ${address(host)} ${mode}`];
        }),
      );
      expect(exported(build(all))).toEqual(wanted.sort());
    }),
  );
});

test("each host has a mount for each share that it uses and for no other, and its containers are bound to them", () => {
  fc.assert(
    fc.property(binds, (all) => {
      const homelab = build(all);
      for (const host of HOSTS) {
        const files = filesOf(homelab, host, "mounts");
        const mine = all.filter((bind) => bind.host === host);
        const mounted = Object.values(files).flatMap((text) => /^Where=\/mnt\/media\/(.*)$/m.exec(text)?.[1] ?? []);
        expect(mounted.sort()).toEqual([...new Set(mine.map(({ share }) => share))].sort());
        mine.forEach(({ share }, i) => {
          const starter = files[`/etc/systemd/system/homelab-start-s${i}.service`] ?? "";
          expect(starter).toContain(`\nBindsTo=mnt-media-${share.replace("-", "\\x2d")}.mount\n`);
        });
      }
    }),
  );
});

test("the port of NFS is open for those hosts alone, and that of SMB for nobody", () => {
  fc.assert(
    fc.property(binds, (all) => {
      const homelab = build(all);
      const clients = [...new Set(all.map(({ host }) => host))].filter((host) => host !== "nas").sort();
      for (const host of HOSTS) {
        const rules = inputOf(homelab, host, "firewall")["rules"] as string[];
        const doors = rules.filter((rule) => /port (2049|445) /.test(rule));
        expect(doors).toEqual(
          clients
            .filter(() => host === "nas")
            .map((client) => `allow from ${address(client)} to any port 2049 proto tcp comment 'homelab: nfs'`),
        );
      }
    }),
  );
});
