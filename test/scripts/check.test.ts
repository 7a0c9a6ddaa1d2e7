import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { FILES, OPENINGS } from "../model/homelab-with-everything.js";

// The command itself, run in a folder of a project of the owner's own.

jest.setTimeout(60_000);
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "check-"));
  const files = Object.entries({ ...FILES, "Pulumi.yaml": `name: homelab\nmain: ${PROGRAM}\n`, "my/notes": "" });
  for (const [path, text] of files) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
});
afterAll(() => rm(project, { recursive: true }));

async function check(...args: string[]): Promise<string> {
  const [node, ...script] = argvOf("check");
  const command = [...script, "--stack", "test", ...args];
  const { stdout } = await promisify(execFile)(node, command, { cwd: join(project, "my") });
  return stdout;
}

test("check shows every opening, as a table and as data", async () => {
  const [table, json] = await Promise.all([check(), check("--json")]);
  const data = JSON.parse(json) as { hosts: Record<string, { openings: { kind: string }[] }> };
  for (const [host, openings] of Object.entries(OPENINGS)) {
    expect(data.hosts[host]?.openings.map(({ kind }) => kind)).toEqual(openings.map(([kind]) => kind));
    for (const [, port, what, from] of openings) {
      expect(table.replace(/ *│ */g, "|")).toContain(`|${host}|${port}|${what}|${from}|`);
    }
  }
});
