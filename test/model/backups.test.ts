import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDeclared } from "../../model/services/declared.js";
import { neededSecrets } from "../../model/services/secrets.js";
import { fillIn } from "../../model/text.js";
import type { HomelabModel, HostModel } from "../../model/types.js";
import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";

// homelab:backups as the owner writes it: what each host copies, where to, and what he is told.

const PASSWORD = "  homelab:secrets: {backupPassword: {secure: v1:x}, AWS_KEY: {secure: v1:x}}\n";
const SHARES = "  homelab:nas: {shares: {movies: {no-backup: they can be had again}, photos: {}, backups: {}}}\n";
const MEDIA_HOST = `    media: {address: 192.168.1.102, services: [my/media.yaml], hostKey: "${HOST_KEY}"}\n`;
const WEB = "services:\n  web:\n    image: nginx:1.29\n";
const MEDIA = `services:
  jellyfin:
    image: jellyfin:1
    volumes: [config:/config, cache:/cache, /mnt/media/movies:/movies:ro, ./lists:/lists]
volumes:
  config: {x-stateful: true}
  cache: {}
`;

const declare = (backups: string, media = MEDIA, nas = WEB, shares = SHARES): HomelabModel =>
  model(nas, `${CONFIG}${MEDIA_HOST}  homelab:backups: ${backups}\n${PASSWORD}${shares}`, { "my/media.yaml": media });
const host = ({ hosts }: HomelabModel, name = "media"): HostModel => {
  const found = hosts.find((it) => it.name === name);
  if (found === undefined) {
    throw new Error(`no host ${name}`);
  }
  return found;
};
/** The input of a setting, with secrets as their names in angle brackets; undefined where the host does not have it. */
function inputOf(name: string, { settings }: HostModel): Record<string, unknown> | undefined {
  const setting = settings.find((it) => it.name === name);
  return setting && (JSON.parse(fillIn(setting.input, (secret) => `<${secret}>`)) as Record<string, unknown>);
}
const sets = (media: string): unknown => host(declare("{}", media)).backups?.sets;

test("a service's set has what outlives it: stateful volumes and folders of its project", () => {
  expect(sets(MEDIA)).toEqual([
    {
      name: "jellyfin",
      kind: "service",
      volumes: ["media_config"],
      folders: ["/var/lib/homelab-data/media/lists"],
      stop: ["jellyfin"],
    },
  ]);
});

const two = (first: string, second: string, more = ""): string =>
  `services:\n  api: {image: "api:1", ${first}}\n  bot: {image: "bot:1", ${second}}\n${more}volumes: {data: {x-stateful: true}, own: {x-stateful: true}}\n`;
const set = (name: string, volumes: string[], stop: string[], folders: string[] = []): object => ({
  name,
  kind: "service",
  volumes,
  folders,
  stop,
});
const FOLDER = "/var/lib/homelab-data/media";

test.each<[what: string, compose: string, expected: object[]]>([
  [
    "is the first's by name, and both stop",
    two("volumes: [data:/d]", "volumes: [data:/d, own:/o]"),
    [set("api", ["media_data"], ["api", "bot"]), set("bot", ["media_own"], ["bot"])],
  ],
  [
    "is the one's that writes to it, which alone stops",
    two('volumes: ["data:/d:ro"]', "volumes: [data:/d]"),
    [set("bot", ["media_data"], ["bot"])],
  ],
  [
    "is the other's where the first is left out, and both stop",
    two("volumes: [data:/d], x-homelab: {no-backup: a cache}", "volumes: [data:/d]"),
    [set("bot", ["media_data"], ["api", "bot"])],
  ],
  [
    "is copied while that one runs which says so",
    two("volumes: [data:/d], x-homelab: {backup: running}", "volumes: [data:/d]"),
    [set("api", ["media_data"], ["bot"])],
  ],
  [
    "and each folder once, with those within",
    two("volumes: [./x:/d]", "volumes: [./x/y:/d, ./x2:/e]"),
    [set("api", [], ["api", "bot"], [`${FOLDER}/x`]), set("bot", [], ["bot"], [`${FOLDER}/x2`])],
  ],
  [
    "is nobody's where all leave it out",
    two(
      "volumes: [data:/d], x-homelab: {no-backup: a cache}",
      "volumes: [data:/d, own:/o], x-homelab: {no-backup: tries}",
      "  cron: {image: 'cron:1', volumes: [./c:/c]}\n",
    ),
    [set("cron", [], ["cron"], [`${FOLDER}/c`])],
  ],
])("what two services mount %s", (_, compose, expected) => {
  expect(sets(compose)).toEqual(expected);
});

test("who has the network of a container that stops, stops as well, and starts after it", () => {
  const rider = `  rider: {image: "r:1", network_mode: "service:api"}\n`;
  expect(sets(two("volumes: [data:/d]", "depends_on: [rider]", rider))).toEqual([
    set("api", ["media_data"], ["api", "rider"]),
  ]);
});

test("a volume that another file of the host declares stops the services of both", () => {
  const files = {
    "my/media.yaml":
      'services: {api: {image: "api:1", volumes: [data:/d]}}\nvolumes: {data: {name: data, x-stateful: true}}\n',
    "my/more.yaml":
      'services: {bot: {image: "bot:1", volumes: [data:/d]}}\nvolumes: {data: {name: data, external: true}}\n',
  };
  const config = `${CONFIG}${MEDIA_HOST.replace("media.yaml", "media.yaml, my/more.yaml")}  homelab:backups: {}\n${PASSWORD}`;
  expect(host(model(WEB, config, files)).backups?.sets).toEqual([set("api", ["data"], ["api", "bot"])]);
});

test("the NAS copies its shares, but not the one that the copies go to, nor one that is left out", () => {
  const share = (name: string): object => ({
    name,
    kind: "share",
    volumes: [],
    folders: [`/srv/nas/${name}`],
    stop: [],
  });
  expect(host(declare("{}"), "pi5").backups?.sets).toEqual([share("photos")]);
  expect(host(declare("{to: 'rest:https://nas.example.org/'}"), "pi5").backups?.sets).toEqual([
    share("backups"),
    share("photos"),
  ]);
  expect(host(declare("{to: /srv/nas/backups/x}"), "pi5").backups?.sets).toEqual([share("photos")]);
});

test.each<[to: string, media: object, nas: object]>([
  [
    "{}",
    { kind: "folder", path: "/mnt/media/backups/restic/media", mount: "/mnt/media/backups" },
    { kind: "folder", path: "/srv/nas/backups/restic/pi5" },
  ],
  [
    "{to: /mnt/media/movies/}",
    { kind: "folder", path: "/mnt/media/movies/media", mount: "/mnt/media/movies" },
    { kind: "folder", path: "/srv/nas/movies/pi5" },
  ],
  ["{to: /srv/copies/}", { kind: "folder", path: "/srv/copies/media" }, { kind: "folder", path: "/srv/copies/pi5" }],
  ...(
    [
      ["sftp:anna@box:/home/anna", "sftp:anna@box:/home/anna/"],
      ["sftp://anna@box:2222//copies/", "sftp://anna@box:2222//copies/"],
      ["rest:https://nas:8000/", "rest:https://nas:8000/"],
      ["s3:https://s3.example.org/bucket", "s3:https://s3.example.org/bucket/"],
      ["rclone:box:", "rclone:box:"],
      ["rclone:box:copies", "rclone:box:copies/"],
      ["b2:bucket:copies/", "b2:bucket:copies/"],
    ] as const
  ).map(
    ([to, url]) =>
      [`{to: '${to}'}`, { kind: "remote", url: `${url}media` }, { kind: "remote", url: `${url}pi5` }] as [
        string,
        object,
        object,
      ],
  ),
])("%s gives each host a repository of its own", (to, media, nas) => {
  const homelab = declare(to);
  expect([host(homelab).backups?.repository, host(homelab, "pi5").backups?.repository]).toEqual([media, nas]);
});

test("a host mounts the share for its copies, which starts no container, and the NAS lets it write", () => {
  const homelab = declare("{}", MEDIA.replace(" /mnt/media/movies:/movies:ro,", ""));
  const files = Object.keys(inputOf("mounts", host(homelab))?.["files"] as object);
  expect(files.filter((file) => /backups|start/.test(file))).toEqual([
    "/etc/systemd/system/run-homelab-shares-backups.mount",
    "/etc/systemd/system/mnt-media-backups.mount",
  ]);
  const exports = (inputOf("nfs", host(homelab, "pi5"))?.["files"] as Record<string, string[]>)[
    "/etc/exports.d/homelab.exports"
  ];
  expect(exports?.join("\n")).toMatch(/\/srv\/nas\/backups \\\n +192\.168\.1\.102\(rw,/);
  expect(host(homelab, "pi5").openings).toContainEqual(expect.objectContaining({ kind: "nfs", from: ["host:media"] }));
  expect(
    inputOf("mounts", host(declare("{to: /srv/copies}", MEDIA.replace(" /mnt/media/movies:/movies:ro,", "")))),
  ).toBeUndefined();
});

test("the settings of a host, to the letter", () => {
  const homelab = declare(
    '{at: "22:30", drill: monthly, keep: {weekly: 0}, environment: {AWS_ACCESS_KEY_ID: "${AWS_KEY}"}}',
  );
  const { files, ...rest } = inputOf("backups", host(homelab)) ?? {};
  expect(rest).toEqual({
    repository: { kind: "folder", path: "/mnt/media/backups/restic/media", mount: "/mnt/media/backups" },
    keep: { daily: 7, weekly: 0, monthly: 12 },
    drill: "monthly",
    sets: host(homelab).backups?.sets,
  });
  expect(inputOf("backup-keys", host(homelab))).toEqual({
    password: "<backupPassword>",
    environment: { AWS_ACCESS_KEY_ID: "<AWS_KEY>" },
  });
  const units = files as Record<string, string[]>;
  expect(Object.keys(units).map((file) => file.replace("/etc/systemd/system/", ""))).toEqual([
    "homelab-backup.service",
    "homelab-backup.timer",
    "homelab-backup-drill.service",
    "homelab-backup-drill.timer",
  ]);
  const line = (file: string, pattern: RegExp): string[] =>
    (units[`/etc/systemd/system/${file}`] ?? []).filter((it) => pattern.test(it));
  expect(line("homelab-backup.service", /^(After|Exec)/)).toEqual([
    "After=network-online.target time-sync.target docker.service mnt-media-backups.mount",
    "ExecStart=/usr/local/sbin/homelab-helper backup-all",
  ]);
  expect(line("homelab-backup.timer", /^On/)).toEqual(["OnCalendar=*-*-* 22:30:00"]);
  expect(line("homelab-backup-drill.service", /^(After|Exec)/)).toEqual([
    "After=network-online.target time-sync.target docker.service mnt-media-backups.mount homelab-backup.service",
    "ExecStart=/usr/local/sbin/homelab-helper drill",
  ]);
  expect(line("homelab-backup-drill.timer", /^On/)).toEqual(["OnCalendar=*-*-01 01:30:00"]);
});

test("what opens the copies comes before what makes them, and no container waits for those", () => {
  const { settings } = host(declare("{}"));
  expect(settings.slice(-2).map(({ name, awaited = true }) => [name, awaited])).toEqual([
    ["backup-keys", true],
    ["backups", false],
  ]);
});

test("a host that keeps nothing copies nothing, and neither does a homelab that does not say so", () => {
  const empty = host(
    declare("{}", "services:\n  jellyfin: {image: jellyfin:1, volumes: [cache:/c]}\nvolumes: {cache: {}}\n"),
  );
  const silent = host(model(WEB, CONFIG + MEDIA_HOST + SHARES, { "my/media.yaml": MEDIA }));
  for (const { backups, settings } of [empty, silent]) {
    expect([backups, settings.filter(({ name }) => name.startsWith("backup"))]).toEqual([undefined, []]);
  }
});

test("the example of docs/backups.md with every key is taken", () => {
  const page = readFileSync(join(__dirname, "../../docs/backups.md"), "utf8");
  const [, example = ""] = /```yaml\n( {2}homelab:backups:\n[^`]*)```/.exec(page) ?? [];
  expect(example).toContain("environment");
  expect(problemsOf(() => model(WEB, CONFIG + example + PASSWORD))).toEqual([]);
});

test("npm run secrets knows them", () => {
  const backups = '  homelab:backups: {environment: {AWS_ACCESS_KEY_ID: "${AWS_KEY}"}}\n';
  const declared = readDeclared("test", (file) => ({ text: file.startsWith("Pulumi") ? CONFIG + backups : WEB }));
  expect(
    neededSecrets(declared).map(({ name, generate, obtain, usedBy }) => ({ name, generate, obtain, usedBy })),
  ).toEqual([
    {
      name: "AWS_KEY",
      generate: undefined,
      obtain: "get AWS_ACCESS_KEY_ID from where the copies go",
      usedBy: ["homelab:backups.environment.AWS_ACCESS_KEY_ID"],
    },
    { name: "backupPassword", generate: 32, obtain: undefined, usedBy: ["homelab:backups"] },
  ]);
});
