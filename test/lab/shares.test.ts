import { buildHomelab } from "../../model/build.js";
import { fillIn } from "../../model/text.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { driftIn, everybodyCanLogIn, lab } from "./homelab.js";

// Shares between real hosts: exported and mounted by the helper, over NFS and SMB, with power cuts.

jest.setTimeout(600_000);
const NAS = "pi5";
const CLIENT = "jellyfin";
const STRANGER = "pi4-ci";
const HELPER = "/usr/local/sbin/homelab-helper";
const PASSWORDS: Record<string, string> = { SMB_PASSWORD_ANNA: 'an"na \\1$x', SMB_PASSWORD_BEN: "ben-2" };

/** The texts that the helpers are given, where anna may write to movies and ben may read them. */
function inputsOf(
  host: string,
  shares: string,
  binds = '["/mnt/media/movies:/m:ro", "/mnt/media/tv:/t"]',
): Map<string, string> {
  const address = (name: string): string => lab.host(name).address;
  const key = `hostKey: "ssh-ed25519 AAAA"`;
  const config = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: ${lab.subnet}}
  homelab:nas: {shares: ${shares}}
  homelab:secrets: {SMB_PASSWORD_ANNA: {secure: x}, SMB_PASSWORD_BEN: {secure: x}}
  homelab:hosts:
    ${NAS}: {address: ${address(NAS)}, role: nas, ${key}}
    ${CLIENT}: {address: ${address(CLIENT)}, role: media, ${key}}
`;
  const files: Record<string, string> = {
    "Pulumi.lab.yaml": config,
    "stacks/nas/compose.yaml": "services: {}\n",
    "stacks/media/compose.yaml": `services:\n  watcher:\n    image: a:1\n    volumes: ${binds}\n`,
  };
  const { hosts } = buildHomelab("lab", (file) => ({ text: files[file] ?? "" }));
  const settings = hosts.find(({ name }) => name === host)?.settings ?? [];
  return new Map(settings.map(({ name, input }) => [name, fillIn(input, (secret) => PASSWORDS[secret] ?? "")]));
}
const ALL = "{movies: {write: [anna], read: [ben]}, tv: {}}";

/** Runs a script as root, as the owner would at the keyboard. */
const root = (host: string, script: string): Promise<RunResult> => lab.root(host, ["sh", "-ec", script]);
async function done(host: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await root(host, script);
  expect([exitCode, exitCode === 0 ? "" : `${script}: ${stderr}`]).toEqual([0, ""]);
  return stdout.trim();
}
async function apply(host: string, name: string, input = inputsOf(host, ALL).get(name) ?? ""): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.root(host, [HELPER, "apply", name], { input, timeoutMs: 120_000 });
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  await everybodyCanLogIn(host);
  return stdout.trim();
}
async function refused(host: string, name: string, input: string): Promise<string> {
  const { exitCode, stderr } = await lab.root(host, [HELPER, "apply", name], { input });
  expect(exitCode).toBe(65);
  return stderr.trim();
}
/** What is said of an export that is the owner's own, once a test has made it. */
const OWNERS_EXPORT = ["noticed: /srv/other: is exported, but not by the homelab"];
async function driftOf(host: string, name: string): Promise<readonly string[]> {
  return driftIn(await done(host, `${HELPER} probe`), name);
}
/** Waits for as long as the timer and Docker may take. */
async function soon(host: string, script: string): Promise<void> {
  await done(
    host,
    `for i in $(seq 90); do if ${script}; then exit 0; fi; sleep 1; done; echo "never: ${script.replaceAll('"', "'")}" >&2; exit 1`,
  );
}

const RUNNING = `[ "$(docker inspect -f '{{.State.Running}}' watcher)" = true ]`;
const SEES = (file: string): string => `${RUNNING} && docker exec watcher ls /m 2>/dev/null | grep -qx ${file}`;

/** A container that stands in for Jellyfin, as the program would make it. */
async function makeContainer(): Promise<void> {
  const mounts = ["movies,target=/m,readonly", "tv,target=/t"].map((it) => `--mount type=bind,source=/mnt/media/${it}`);
  await done(
    CLIENT,
    `image=$(docker image ls -q lab/watcher:1)
     [ -n "$image" ] || tar -C / -c bin/busybox usr/bin/busybox 2>/dev/null | docker import -c 'ENTRYPOINT ["/bin/busybox"]' - lab/watcher:1
     docker run -d --name watcher --restart unless-stopped --init --label homelab.service=watcher ${mounts.join(" ")} \
       --entrypoint /bin/busybox lab/watcher:1 sh -c '/bin/busybox --install /bin 2>/dev/null; while :; do sleep 1; done'`,
  );
}

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts([NAS, CLIENT, STRANGER]);
  await apply(NAS, "nfs");
  await apply(CLIENT, "mounts");
  await makeContainer();
});

describe("NFS", () => {
  test("again is no change", async () => {
    expect(await apply(NAS, "nfs")).toBe("unchanged");
    expect(await apply(CLIENT, "mounts")).toBe("unchanged");
  });

  test("the container sees what is put on the NAS, and can write only where it may", async () => {
    await done(NAS, "echo film >/srv/nas/movies/film; chown 1000:1000 /srv/nas/movies/film");
    await soon(CLIENT, SEES("film"));
    await done(
      CLIENT,
      "docker exec watcher sh -c 'echo x >/t/new'; ! docker exec watcher sh -c 'echo x >/m/new' 2>/dev/null",
    );
    expect(await done(NAS, "stat -c %u:%g /srv/nas/tv/new")).toBe("1000:1000");
    // read-only for the host itself, too
    expect((await root(CLIENT, "echo x >/run/homelab/shares/movies/new")).exitCode).not.toBe(0);
    await done(NAS, "test ! -e /srv/nas/movies/new");
  });

  test("a host that is no client mounts nothing", async () => {
    const mount = `mkdir -p /mnt/try; mount -t nfs4 -o vers=4.2,retry=0 ${lab.host(NAS).address}:/srv/nas/movies /mnt/try`;
    expect((await root(STRANGER, mount)).exitCode).not.toBe(0);
    expect((await root(CLIENT, `${mount.replace("movies", "")}; ls /mnt/try/backups`)).exitCode).not.toBe(0);
  });

  test("what is changed by hand is said and healed", async () => {
    await done(
      NAS,
      `exportfs -u ${lab.host(CLIENT).address}:/srv/nas/movies; chmod 700 /srv/nas/tv; systemctl disable nfs-server; mkdir -p /srv/other
       echo '/srv/nas/movies *(rw)' >>/etc/exports; echo '/srv/other *(ro)' >>/etc/exports`,
    );
    expect(await driftOf(NAS, "nfs")).toEqual([
      expect.stringMatching(/^missing: lacks "\/srv\/nas\/movies to /),
      "not-enabled: nfs-server.service: does not start at boot",
      "mode-changed: /srv/nas/tv: its owner and mode are 1000:1000 2700",
      "added: /etc/exports: /srv/nas/movies *(rw), added by hand",
    ]);
    await apply(NAS, "nfs");
    expect(await driftOf(NAS, "nfs")).toEqual(OWNERS_EXPORT);
    expect(await done(NAS, "cat /etc/exports")).toMatch(/\/srv\/other \*\(ro\)$/);
    await done(CLIENT, "systemctl stop homelab-mounts.timer mnt-media-tv.mount");
    expect(await driftOf(CLIENT, "mounts")).toEqual([
      "not-mounted: /mnt/media/tv: not mounted; it is tried again every 30 seconds",
      "not-running: homelab-mounts.timer: is off, so nothing looks after the mounts",
    ]);
    await apply(CLIENT, "mounts");
    expect(await driftOf(CLIENT, "mounts")).toEqual([]);
    await soon(CLIENT, SEES("film"));
  });

  test.each([
    ["a folder of the system", (text: string) => text.replaceAll("/srv/nas/movies", "/etc"), "folders must be"],
    [
      "a folder that is no share",
      (text: string) => text.replace('"/srv/nas/movies \\\\"', '"/srv \\\\"'),
      "/srv would be exported",
    ],
    ["everybody", (text: string) => text.replace(/\d+\.\d+\.\d+\.\d+\(ro/, "*(ro"), "an export has a form"],
  ])("is refused for %s", async (_, change, why) => {
    expect(await refused(NAS, "nfs", change(inputsOf(NAS, ALL).get("nfs") ?? ""))).toContain(why);
  });
});

describe("SMB", () => {
  const smb = (user: string, command: string, share = "movies"): Promise<RunResult> =>
    root(
      STRANGER,
      `cd /tmp; echo upload >upload; smbclient //${lab.host(NAS).address}/${share} ${user} -c '${command}' 2>&1`,
    );
  const as = (name: string, password = PASSWORDS[`SMB_PASSWORD_${name.toUpperCase()}`] ?? ""): string =>
    `-U '${name}%${password}'`;

  beforeAll(async () => {
    await apply(NAS, "smb");
    await apply(NAS, "smb-users");
  });

  test("again is no change", async () => {
    expect(await apply(NAS, "smb")).toBe("unchanged");
    expect(await apply(NAS, "smb-users")).toBe("unchanged");
  });

  test("who may write writes, who may read reads, everybody else gets nothing", async () => {
    expect((await smb(as("anna"), "put upload by-anna")).exitCode).toBe(0);
    expect(await done(NAS, "stat -c '%u:%g %a' /srv/nas/movies/by-anna")).toBe("1000:1000 664");
    expect((await smb(as("ben"), "get by-anna")).exitCode).toBe(0);
    expect((await smb(as("ben"), "put upload by-ben")).stdout).toContain("ACCESS_DENIED");
    expect((await smb(as("anna", "wrong"), "ls")).stdout).toContain("LOGON_FAILURE");
    expect((await smb("-N", "ls")).stdout).toMatch(/ACCESS_DENIED|LOGON_FAILURE/);
    expect((await smb("-U nobody%", "ls")).stdout).toMatch(/ACCESS_DENIED|LOGON_FAILURE/);
    expect((await smb(as("anna"), "ls", "tv")).stdout).toContain("BAD_NETWORK_NAME");
    expect((await smb(`${as("anna")} -m NT1 --option='client min protocol = NT1'`, "ls")).exitCode).not.toBe(0);
    await soon(CLIENT, SEES("by-anna"));
  });

  test("a password, a person and a line added by hand are said and healed", async () => {
    await done(NAS, "printf 'x\\nx\\n' | smbpasswd -s ben; printf '[all]\\npath = /\\n' >>/etc/samba/homelab.conf");
    expect(await driftOf(NAS, "smb-users")).toEqual([
      "changed: ben: has another password for Samba, or none, or is switched off",
    ]);
    expect(await driftOf(NAS, "smb")).toContain('added: /etc/samba/homelab.conf: has "path = /"');
    await apply(NAS, "smb");
    await apply(NAS, "smb-users");
    expect([...(await driftOf(NAS, "smb")), ...(await driftOf(NAS, "smb-users"))]).toEqual([]);
    expect((await smb(as("ben"), "get by-anna")).exitCode).toBe(0);
  });

  test("an account of the host's own is never taken over", async () => {
    expect(await refused(NAS, "smb-users", '{"users":{"pi":"x"}}')).toContain("a foreign account pi");
    expect(await refused(NAS, "smb-users", '{"users":{"a b":"x"}}')).toContain("names to passwords");
    expect(await refused(NAS, "smb-users", '{"users":{"cora":"a\\nb"}}')).toContain("control character");
  });

  test("who is no longer declared is gone; without shares Samba is off, and smb.conf is as it was", async () => {
    await apply(NAS, "smb-users", '{"users":{"ben":"ben-2"}}');
    expect((await smb(as("anna"), "ls")).stdout).toMatch(/ACCESS_DENIED|LOGON_FAILURE/);
    await done(NAS, "! getent passwd anna; getent passwd pi");
    await done(
      NAS,
      `cp /var/lib/homelab/backup/etc/samba/smb.conf /tmp/before; ${HELPER} remove smb-users; ${HELPER} remove smb; cmp /tmp/before /etc/samba/smb.conf; ! getent passwd ben; ! systemctl is-active smbd; ls /srv/nas/movies/by-anna`,
    );
  });
});

describe("a NAS that comes and goes", () => {
  test("it may boot last: no container starts on the empty folder, and all start when it is there", async () => {
    await lab.powerOff(NAS);
    await lab.powerOff(CLIENT);
    await lab.powerOn(CLIENT);
    await done(CLIENT, "! docker start watcher; test ! -e /mnt/media/movies");
    await done(CLIENT, `${HELPER} probe | jq -e '.settings.mounts.drift | length == 2'`);
    await lab.powerOn(NAS);
    await soon(CLIENT, SEES("film"));
    await done(CLIENT, "docker exec watcher sh -c 'echo y >/t/newer'");
    expect(await driftOf(CLIENT, "mounts")).toEqual([]);
    expect(await driftOf(NAS, "nfs")).toEqual(OWNERS_EXPORT);
  });

  test("it may go away and come back", async () => {
    await lab.powerOff(NAS);
    await lab.powerOn(NAS);
    await done(NAS, "echo film >/srv/nas/movies/film2");
    await soon(CLIENT, SEES("film2"));
  });

  test("an unmount stops the container, and a mount starts it", async () => {
    await done(CLIENT, "systemctl stop homelab-mounts.timer mnt-media-movies.mount");
    // systemd takes the folder away by a unit of its own, after the unmount
    await soon(CLIENT, `! { ${RUNNING}; } && test ! -e /mnt/media/movies`);
    await done(CLIENT, "systemctl start mnt-media-movies.mount homelab-mounts.timer");
    await soon(CLIENT, SEES("film2"));
  });

  test("a container that ran before its share came is restarted", async () => {
    const before = await done(CLIENT, "docker inspect -f '{{.State.StartedAt}}' watcher");
    await done(CLIENT, "/usr/local/lib/homelab/bin/start-container watcher /mnt/media/movies");
    expect(await done(CLIENT, "docker inspect -f '{{.State.StartedAt}}' watcher")).toBe(before);
    await done(
      CLIENT,
      "systemctl stop homelab-start-watcher.service; docker start watcher; umount /mnt/media/movies; systemctl start mnt-media-movies.mount",
    );
    await soon(CLIENT, SEES("film2"));
    expect(await done(CLIENT, "docker inspect -f '{{.State.StartedAt}}' watcher")).not.toBe(before);
  });
});

describe("what is no longer declared", () => {
  test("a share is exported and mounted no more, and its files stay", async () => {
    const without = "{movies: {}}";
    await apply(CLIENT, "mounts", inputsOf(CLIENT, without, '["/mnt/media/movies:/m:ro"]').get("mounts"));
    await apply(NAS, "nfs", inputsOf(NAS, without, '["/mnt/media/movies:/m:ro"]').get("nfs"));
    expect(await done(NAS, "exportfs -s | cut -d' ' -f1; ls /srv/nas/tv")).toBe(
      "/srv/nas/movies\n/srv/other\nnew\nnewer",
    );
    await done(
      CLIENT,
      "test ! -e /mnt/media/tv; test ! -e /etc/systemd/system/mnt-media-tv.mount; mountpoint -q /mnt/media/movies",
    );
  });

  test("without any the units and exports are gone, and all files stay", async () => {
    await done(
      CLIENT,
      `${HELPER} remove mounts; test ! -e /mnt/media/movies; ! ls /etc/systemd/system/*/*homelab-mount* /etc/systemd/system/mnt-media-*`,
    );
    await done(NAS, `${HELPER} remove nfs; ! exportfs -s | grep -q nas; ls /srv/nas/movies/film /srv/nas/tv/new`);
  });

  test("a folder that was there is not recreated on another disk", async () => {
    await apply(NAS, "nfs");
    await done(NAS, "mv /srv/nas /srv/away");
    expect(await refused(NAS, "nfs", inputsOf(NAS, ALL).get("nfs") ?? "")).toContain(
      "/srv/nas/movies is gone: mount its disk",
    );
    await done(NAS, "mv /srv/away /srv/nas");
  });
});
