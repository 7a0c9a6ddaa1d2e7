import type { SettingModel } from "../../model/settings/setting.js";
import { shareIn } from "../../model/share-paths.js";
import { fillIn } from "../../model/text.js";
import { CONFIG, HOST_KEY, model } from "./declare.js";

const MEDIA = "stacks/media/compose.yaml";
const NONE = "services: {}\n";
const BOTH = `${CONFIG}    tv-box: {address: 192.168.1.102, role: media, hostKey: "${HOST_KEY}"}\n`;
/** A Compose file whose one service mounts something. */
const mounting = (...volumes: string[]): string =>
  `services:\n  web:\n    image: nginx:1.29\n    volumes: ${JSON.stringify(volumes)}\n`;

/** Settings and openings of each host, where the media host mounts something. */
const hostsOf = (media: string, config = BOTH, nas = NONE) =>
  Object.fromEntries(model(nas, config, { [MEDIA]: media }).hosts.map((host) => [host.name, host]));
const inputOf = (settings: readonly SettingModel[] | undefined, name: string): Record<string, unknown> => {
  const input = settings?.find((setting) => setting.name === name)?.input;
  return typeof input === "string" ? (JSON.parse(input) as Record<string, unknown>) : {};
};
const filesOf = (settings: readonly SettingModel[] | undefined, name: string): Record<string, string> => {
  const files = (inputOf(settings, name)["files"] ?? {}) as Record<string, string[]>;
  return Object.fromEntries(Object.entries(files).map(([path, lines]) => [path, `${lines.join("\n")}\n`]));
};
/** What the firewall lets in to NFS and SMB. */
const doorsOf = (settings: readonly SettingModel[] | undefined): string[] =>
  (inputOf(settings, "firewall")["rules"] as string[]).filter((rule) => /port (2049|445) /.test(rule));
const unitsOf = (media: string, host = "tv-box", nas = NONE): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filesOf(hostsOf(media, BOTH, nas)[host]?.settings, "mounts")).map(([path, text]) => [
      path.replace("/etc/systemd/system/", ""),
      text,
    ]),
  );
const linesOf = (text: string | undefined, key: string): string[] =>
  (text ?? "").split("\n").flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

describe("which host mounts which share", () => {
  test.each([
    ["/mnt/media/movies", "movies"],
    ["/mnt/media/movies/", "movies"],
    ["/mnt/media/movies/kids", "movies"],
    ["/mnt/x/../media//tv", "tv"],
    ["/mnt/media", ""],
    ["/mnt/", ""],
    ["/mnt/mediathek", undefined],
    ["/srv/movies", undefined],
    ["/", undefined],
  ])("%s leads into %j", (path, share) => {
    expect(shareIn(path)).toBe(share);
  });

  test("the one whose services bind it, in the strongest way that one of them needs", () => {
    const media = mounting("/mnt/media/movies:/m:ro", "/mnt/media/movies/new:/n", "/mnt/media/tv:/t:ro");
    const units = unitsOf(media);
    expect(Object.keys(units).sort()).toEqual([
      "homelab-mountpoints.service",
      "homelab-mounts.service",
      "homelab-mounts.timer",
      "homelab-start-web.service",
      "mnt-media-movies.mount",
      "mnt-media-tv.mount",
      "run-homelab-shares-movies.mount",
      "run-homelab-shares-tv.mount",
    ]);
    expect(linesOf(units["run-homelab-shares-movies.mount"], "What")).toEqual(["192.168.1.100:/srv/nas/movies"]);
    expect(units["run-homelab-shares-movies.mount"]).toContain("Options=rw,hard,");
    expect(units["run-homelab-shares-tv.mount"]).toContain("Options=ro,softerr,");
    expect(linesOf(units["homelab-start-web.service"], "BindsTo")).toEqual([
      "mnt-media-movies.mount mnt-media-tv.mount",
    ]);
    expect(linesOf(units["homelab-start-web.service"], "ExecStart")).toEqual([
      "/usr/local/lib/homelab/bin/start-container web /mnt/media/movies /mnt/media/tv",
    ]);
    expect(linesOf(units["homelab-start-web.service"], "ExecStopPost")).toEqual([
      "/usr/local/lib/homelab/bin/stop-container web",
    ]);
  });

  test("the NAS binds its own folder", () => {
    const units = unitsOf(NONE, "pi5", mounting("/mnt/media/backups:/b"));
    expect(units["mnt-media-backups.mount"]).toContain(
      "\nWhat=/srv/nas/backups\nWhere=/mnt/media/backups\nType=none\n",
    );
    expect(linesOf(units["mnt-media-backups.mount"], "AssertPathIsDirectory")).toEqual(["/srv/nas/backups"]);
    expect(Object.keys(units).filter((name) => name.startsWith("run-"))).toEqual([]);
  });

  test("a name with a dash is one that systemd understands", () => {
    const config = `${BOTH}  homelab:nas: {shares: {old-tv: {}}}\n`;
    const { settings } = hostsOf(mounting("/mnt/media/old-tv:/t"), config)["tv-box"] ?? {};
    expect(Object.keys(filesOf(settings, "mounts"))).toContain("/etc/systemd/system/mnt-media-old\\x2dtv.mount");
  });

  test("nothing is mounted where nothing is bound", () => {
    const { pi5, "tv-box": box } = hostsOf(NONE);
    expect(box?.settings.map(({ name }) => name)).not.toContain("mounts");
    expect(pi5?.settings.map(({ name }) => name).slice(-2)).toEqual(["firewall", "nfs"]);
    expect(doorsOf(pi5?.settings)).toEqual([]);
  });

  test("a share that is absent is never made an empty folder, whatever the file says", () => {
    const long = "{type: bind, source: /mnt/media/tv, target: /t, bind: {create_host_path: true}}";
    const media = `services:\n  web:\n    image: nginx:1.29\n    volumes: [/mnt/media/movies:/m, ${long}, /srv/x:/x]\n`;
    const volumes = hostsOf(media)["tv-box"]?.services[0]?.volumes ?? [];
    expect(volumes.map((it) => it.type === "bind" && it.createHostPath)).toEqual([false, false, true]);
  });

  test("without a NAS these are folders of the host's own", () => {
    const alone = CONFIG.replace("pi5", "box").replace("role: nas", "role: media");
    const { box } = Object.fromEntries(
      model("", alone, { [MEDIA]: mounting("/mnt/media/films:/m") }).hosts.map((host) => [host.name, host]),
    );
    expect(box?.settings.map(({ name }) => name)).not.toContain("mounts");
    expect(box?.services[0]?.volumes).toMatchObject([{ createHostPath: false }]);
  });
});

describe("NFS", () => {
  const media = mounting("/mnt/media/movies:/m:ro", "/mnt/media/tv:/t");
  const { settings } = hostsOf(media)["pi5"] ?? {};

  test("exports each share to exactly the hosts that mount it", () => {
    expect(filesOf(settings, "nfs")["/etc/exports.d/homelab.exports"]).toBe(
      "# Written by the homelab's program, for exports(5). What is changed here is undone.\n" +
        "/srv/nas/movies \\\n    192.168.1.102(ro,sync,no_subtree_check,root_squash,fsid=8be0aa48-1a42-6972-6e44-ff83c3dfbe31)\n" +
        "/srv/nas/tv \\\n    192.168.1.102(rw,sync,no_subtree_check,all_squash,anonuid=1000,anongid=1000,fsid=1208fa88-deb8-b4b3-170b-0907c022d4d7)\n",
    );
    expect(inputOf(settings, "nfs")["folders"]).toEqual(
      ["backups", "movies", "music", "tv"].map((name) => ({
        path: `/srv/nas/${name}`,
        owner: "1000:1000",
        mode: "2775",
      })),
    );
  });

  test("its port is open to these hosts alone", () => {
    expect(doorsOf(settings)).toEqual(["allow from 192.168.1.102 to any port 2049 proto tcp comment 'homelab: nfs'"]);
  });

  test("on OpenMediaVault the same by its own objects, under the paths that it has", () => {
    const config = `${BOTH}  homelab:nas: {base: omv, root: /srv/dev-disk-1, shares: {tv: {}}}\n`;
    const { pi5, "tv-box": box } = hostsOf(mounting("/mnt/media/tv:/t"), config);
    expect(inputOf(pi5?.settings, "nfs")).toEqual({
      omv: {
        root: "/srv/dev-disk-1",
        shares: [
          {
            name: "tv",
            clients: [
              {
                address: "192.168.1.102",
                options: { mode: "rw", others: "sync,no_subtree_check,all_squash,anonuid=1000,anongid=1000" },
              },
            ],
          },
        ],
      },
    });
    expect(filesOf(box?.settings, "mounts")["/etc/systemd/system/run-homelab-shares-tv.mount"]).toContain(
      "\nWhat=192.168.1.100:/tv\n",
    );
  });
});

describe("SMB", () => {
  const nas = "  homelab:nas: {shares: {tv: {write: [anna], read: [ben, cora]}, music: {}}}\n";
  const secrets =
    "  homelab:secrets: {SMB_PASSWORD_ANNA: {secure: v}, SMB_PASSWORD_BEN: {secure: v}, SMB_PASSWORD_CORA: {secure: v}}\n";
  const { settings = [] } = hostsOf(NONE, BOTH + nas + secrets)["pi5"] ?? {};

  test("has a section for each share that somebody may use", () => {
    const text = filesOf(settings, "smb")["/etc/samba/homelab.conf"] ?? "";
    expect([...text.matchAll(/^\[.*$/gm)].flat()).toEqual(["[global]", "[tv]"]);
    expect(text).toContain(
      "[tv]\n   path = /srv/nas/tv\n   valid users = anna ben cora\n   read only = yes\n   write list = anna\n   guest ok = no\n",
    );
    expect(doorsOf(settings)).toEqual([
      "allow from 192.168.1.0/24 to any port 445 proto tcp comment 'homelab: smb'",
      "allow in on tailscale0 to any port 445 proto tcp comment 'homelab: smb'",
    ]);
  });

  test("has everyone's password as a secret in a setting of its own", () => {
    const input = settings.find(({ name }) => name === "smb-users")?.input;
    expect(JSON.parse(fillIn(input as never, (secret) => `"${secret}\\`))).toEqual({
      users: { anna: '"SMB_PASSWORD_ANNA\\', ben: '"SMB_PASSWORD_BEN\\', cora: '"SMB_PASSWORD_CORA\\' },
    });
  });
});
