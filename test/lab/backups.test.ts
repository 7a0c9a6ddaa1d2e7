import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, lab, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// Copies by real restic, on two hosts: the NAS, whose share they go to, and one that has the share mounted. The tests follow
// each other.

jest.setTimeout(900_000);
const HOSTS = ["pi5", "jellyfin"];
const HELPER = "/usr/local/sbin/homelab-helper";
const DATA = "/var/lib/homelab-data/notes/data";
const NOTES = `services:
  notes:
    image: joxit/docker-registry-ui:2.6.0
    volumes: ["./data:/data"]
    stop_grace_period: 1s
`;
const LIBRARY = "/var/lib/docker/volumes/media_jellyfin-config/_data";

let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(async (project) => {
    await mkdir(join(project.directory, "my/notes"), { recursive: true });
    await writeFile(join(project.directory, "my/notes/compose.yaml"), NOTES);
    await configure(project, ["homelab:hosts", "pi5", "services"], ["my/notes/compose.yaml"]);
    await configure(project, ["homelab:backups"], {});
    expect((await commandOn(project, "secrets")).exitCode).toBe(0);
  }, HOSTS);
});

const root = async (host: string, script: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await lab.root(host, ["sh", "-ec", script]);
  expect([script, exitCode, exitCode === 0 ? "" : stderr]).toEqual([script, 0, ""]);
  return stdout.trim();
};
const good = async (name: string, ...args: string[]): Promise<string> => {
  const { exitCode, output } = await commandOn(cli, name, args);
  expect([name, exitCode, exitCode === 0 ? "" : output]).toEqual([name, 0, ""]);
  return output;
};
/** Of all files below a folder. */
const digest = (host: string, folder: string): Promise<string> =>
  root(host, `cd ${folder} && find . -type f -exec sha256sum {} + | sort | sha256sum`);
async function allRun(): Promise<void> {
  const states = Object.entries(await containers(HOSTS)).filter(([, { state }]) => !state.startsWith("running"));
  expect(states).toEqual([]);
}

test("what hosts keep is copied to the share of the NAS, encrypted, and restored on trial", async () => {
  await root("jellyfin", `seq 100000 >${LIBRARY}/library && echo "only known here" >${LIBRARY}/words`);
  await root("pi5", `echo "of many years" >${DATA}/notes && ln -s notes ${DATA}/link`);
  await good("backup");
  await allRun();
  const { hosts } = JSON.parse(await good("backups", "--json")) as { hosts: { host: string; sets: Copy[] }[] };
  expect(hosts.map(({ host }) => host).sort()).toEqual([...HOSTS].sort());
  const sets = hosts.flatMap((it) => it.sets);
  expect(sets.filter(({ ok }) => !ok)).toEqual([]);
  expect(sets.map(({ name }) => name)).toEqual(expect.arrayContaining(["notes", "portainer", "jellyfin"]));
  expect(await root("pi5", "! grep -rqsF 'only known here' /mnt/media/backups && ls /mnt/media/backups/restic")).toBe(
    "jellyfin\npi5",
  );
  await Promise.all(HOSTS.map((host) => root(host, `${HELPER} drill`)));
  const health = (await commandOn(cli, "health", ["--all"])).output;
  expect(health).toMatch(/copy of notes +\d+ (s|min) ago, restored on trial \d+ (s|min) ago/);
});
interface Copy {
  readonly name: string;
  readonly ok: boolean;
}

test("a volume and a directory that were wiped come back as they were, and the former ones stay beside them", async () => {
  const [library, notes] = [await digest("jellyfin", LIBRARY), await digest("pi5", DATA)];
  await root("jellyfin", `find ${LIBRARY} -mindepth 1 -delete`);
  await root("pi5", `echo overwritten >${DATA}/notes; rm ${DATA}/link`);
  await good("restore", "jellyfin/jellyfin", "--yes");
  await good("restore", "pi5/notes", "--yes");
  expect([await digest("jellyfin", LIBRARY), await digest("pi5", DATA)]).toEqual([library, notes]);
  expect(await root("pi5", `readlink ${DATA}/link; cat ${DATA}.before-restore/notes`)).toBe("notes\noverwritten");
  await allRun();
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

test("a host whose disk is lost is there again, with its data", async () => {
  const library = await digest("jellyfin", LIBRARY);
  await lab.freshHosts(["jellyfin"]);
  await configure(cli, ["homelab:hosts", "jellyfin", "hostKey"], await lab.hostKey("jellyfin"));
  await up(cli);
  expect(await root("jellyfin", `ls ${LIBRARY}`)).not.toContain("library");
  await good("restore", "jellyfin/jellyfin", "--yes");
  expect(await digest("jellyfin", LIBRARY)).toBe(library);
  await allRun();
});

test("a copy that cannot be restored is told, and so is a share that is not there", async () => {
  await root("jellyfin", "systemctl stop homelab-mounts.timer mnt-media-backups.mount");
  const without = await commandOn(cli, "backup", ["jellyfin"]);
  expect([without.exitCode, without.output]).toEqual([1, expect.stringContaining("not mounted")]);
  await root(
    "jellyfin",
    "[ ! -e /mnt/media/backups/restic ]; systemctl start homelab-mounts.timer mnt-media-backups.mount",
  );
  await good("backup", "jellyfin");

  await root("pi5", "find /mnt/media/backups/restic/pi5/data -type f | xargs ls -S | head -n 1 | xargs rm");
  expect((await lab.root("pi5", [HELPER, "drill"])).exitCode).not.toBe(0);
  const { exitCode, output } = await commandOn(cli, "backups");
  expect([exitCode, output]).toEqual([2, expect.stringMatching(/pi5\/\S+: .*(trial|restored)/)]);
  expect((await commandOn(cli, "drift")).output).toMatch(/backups/);
  expect(await by("jellyfin", "docker ps --quiet | wc -l")).not.toBe("0");
});
