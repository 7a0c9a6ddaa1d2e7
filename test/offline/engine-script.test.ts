// lab/pulumi-engine.sh with a vendor, an npx and a build.sh of this test's own: which way it goes, and that it
// leaves either a whole engine or none.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { repository } from "./workbench";

// Each run of the script sleeps; a machine with other work takes its time on top.
jest.setTimeout(30_000);

const work = fs.mkdtempSync(path.join(os.tmpdir(), "engine-script-test-"));
const versions = {
  pulumi: "3.1.0",
  "@pulumi/docker": "5.1.0",
  "@pulumi/command": "1.1.0",
  "@pulumi/tailscale": "0.1.0",
};
const layout = {
  cli: "versions/3.1.0/bin/pulumi",
  docker: "plugins/resource-docker-v5.1.0/pulumi-resource-docker",
  command: "plugins/resource-command-v1.1.0/pulumi-resource-command",
  tailscale: "plugins/resource-tailscale-v0.1.0/pulumi-resource-tailscale",
};

/** A script that notes that it was called and makes an engine in `home`, unless the file `broken` is there. */
const maker = (name: string, home: string, files = Object.values(layout)): string => `#!/bin/bash
echo ${name} >> "${work}/calls"
sleep 0.3
[[ ! -e "${work}/broken" ]] || exit 1
for file in ${files.join(" ")}; do
  mkdir -p "$(dirname "${home}/$file")"
  echo ${name} > "${home}/$file"
done
`;

function write(file: string, text: string): void {
  const target = path.join(work, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text, { mode: 0o755 });
}

beforeEach(() => {
  const packages = Object.fromEntries(
    Object.entries(versions).map(([k, version]) => [`node_modules/${k}`, { version }]),
  );
  write("repository/package-lock.json", JSON.stringify({ packages }));
  write("repository/lab/pulumi-engine.sh", fs.readFileSync(path.join(repository, "lab/pulumi-engine.sh"), "utf8"));
  write("repository/lab/offline/build.sh", maker("build", "$2"));
  write("repository/lab/offline/src/a.ts", "1");
  write("bin/npx", maker("npx", "$PULUMI_HOME"));
  vendorIs("there");
});

afterEach(() => {
  fs.rmSync(work, { recursive: true });
});

function vendorIs(state: "there" | "silent"): void {
  const answer = state === "there" ? "exit 0" : "echo 'curl: (28) Connection timed out' >&2; exit 28";
  write("bin/curl", `#!/bin/sh\necho curl >> ${work}/calls\n${answer}\n`);
}

/** The line that pulumi-engine.sh prints. */
async function engine(): Promise<string> {
  const { stdout } = await promisify(execFile)("bash", [path.join(work, "repository/lab/pulumi-engine.sh")], {
    env: {
      ...process.env,
      PATH: `${path.join(work, "bin")}:${process.env["PATH"] ?? ""}`,
      PULUMI_HOME: path.join(work, "home"),
      CACHE_DIR: path.join(work, "cache"),
    },
  });
  return stdout;
}

/** What was called since the last time, each once. */
function calls(): string[] {
  const file = path.join(work, "calls");
  const names = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
  fs.rmSync(file, { force: true });
  return [...new Set(names)];
}

function installed(): (string | undefined)[] {
  return ["engine.stamp", ...Object.values(layout)].map((name) => {
    const file = path.join(work, "home", name);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n")[0] : undefined;
  });
}

test("the vendor's download works: it is used, and asked only once", async () => {
  expect(await engine()).toBe("+ Pulumi 3.1.0: downloading it, as the vendor's download works here\n");
  expect(calls()).toEqual(["curl", "npx"]);
  expect(installed()).toEqual(["downloaded", "npx", "npx", "npx", "npx"]);

  expect(await engine()).toBe("- Pulumi 3.1.0: in place (downloaded)\n");
  expect(calls()).toEqual([]);
});

test("no answer from the vendor: it is built, and the line says why", async () => {
  vendorIs("silent");
  expect(await engine()).toMatch(
    /^\+ Pulumi 3\.1\.0: building it from package registries, .*\(Connection timed out\)\n$/,
  );
  expect(calls()).toEqual(["curl", "build"]);
  expect(installed()).toEqual(["built", "build", "build", "build", "build"]);

  vendorIs("there");
  expect(await engine()).toBe("- Pulumi 3.1.0: in place (built)\n");
  expect(calls()).toEqual([]);
});

test("a download that breaks off leaves nothing, and the engine is built", async () => {
  write("bin/npx", `#!/bin/sh\nmkdir -p $PULUMI_HOME/${layout.cli}\nexit 1\n`);
  expect(await engine()).toContain("(it broke off)");
  expect(installed()).toEqual(["built", "build", "build", "build", "build"]);
});

test("a build that fails leaves nothing that looks like an engine; the next run mends it", async () => {
  vendorIs("silent");
  write("broken", "");
  await expect(engine()).rejects.toThrow();
  expect(installed()).toEqual([undefined, undefined, undefined, undefined, undefined]);

  fs.rmSync(path.join(work, "broken"));
  await engine();
  expect(installed()).toEqual(["built", "build", "build", "build", "build"]);
});

test("changed sources are rebuilt; a damaged or missing file comes from the cache", async () => {
  vendorIs("silent");
  await engine();
  calls();

  write("repository/lab/offline/src/a.ts", "2");
  await engine();
  expect(calls()).toEqual(["curl", "build"]);

  fs.rmSync(path.join(work, "home", layout.docker));
  await engine();
  expect(calls()).toEqual(["curl"]);
  expect(installed()).toEqual(["built", "build", "build", "build", "build"]);

  write("repository/lab/offline/README.md", "not an input");
  expect(await engine()).toContain("in place");
});

test("a new version is fetched although an older one is there", async () => {
  await engine();
  calls();
  const packages = fs.readFileSync(path.join(work, "repository/package-lock.json"), "utf8");
  const newer = layout.command.replace("1.1.0", "1.2.0");
  write("repository/package-lock.json", packages.replace("1.1.0", "1.2.0"));
  write("bin/npx", maker("npx", "$PULUMI_HOME", [layout.cli, layout.docker, newer, layout.tailscale]));
  await engine();
  expect(calls()).toEqual(["curl", "npx"]);
  expect(fs.existsSync(path.join(work, "home", newer))).toBe(true);
});

test("a download without the version that was asked for is no engine", async () => {
  write("bin/npx", maker("npx", "$PULUMI_HOME", [layout.cli, layout.docker, layout.tailscale]));
  await expect(engine()).rejects.toThrow();
  expect(installed()[0]).toBeUndefined();
});

test("of two runs at once one builds and the other waits for it", async () => {
  vendorIs("silent");
  const lines = await Promise.all([engine(), engine()]);
  expect(lines.sort()).toEqual([expect.stringContaining("building it"), "- Pulumi 3.1.0: in place (built)\n"]);
  expect(fs.readFileSync(path.join(work, "calls"), "utf8")).toBe("curl\nbuild\n");
});
