import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyData } from "../../scripts/add-service/copy-data.js";
import { HOST_KEY } from "../model/declare.js";

// ssh(1) hands the command to a shell here, and docker's `cp` reads and writes the folder that the container mounts.

const DOCKER = `#!/bin/bash
set -e
echo "$*" >>"$FAKE/log"
case $1 in
  import) cat >/dev/null ;;
  create) while [ "$1" != --volume ]; do shift; done; echo "$FAKE\${2%%:*}" >"$FAKE/volume"; mkdir -p "$(cat "$FAKE/volume")" ;;
  cp)
    folder=$(cat "$FAKE/volume")
    if [ "$2" = - ]; then
      tar -xf - -C "$folder" --transform='flags=rSH;s,^homelab-copy-data,.,'
      [ ! -e "$FAKE/spoil" ] || echo more >"$folder/spoilt"
    else
      tar -C "$folder" --transform='flags=rSH;s,^\\.,homelab-copy-data,' --numeric-owner -cf - .
    fi
    ;;
esac
`;
const THERE = "/var/lib/homelab-data/blog/data";
const HOST = { name: "pi5", address: "192.0.2.1", port: 22, user: "deploy", hostKey: HOST_KEY };

/** A host whose folders are below one of this machine, and a folder with data. */
function setUp(): { readonly fake: string; readonly here: string; readonly onHost: string } {
  const fake = mkdtempSync(join(tmpdir(), "copy-data-"));
  mkdirSync(join(fake, "bin"));
  for (const [name, text] of [
    ["ssh", `#!/bin/bash\nexec bash -c "\${@: -1}"\n`],
    ["docker", DOCKER],
  ] as const) {
    writeFileSync(join(fake, "bin", name), text);
    chmodSync(join(fake, "bin", name), 0o755);
  }
  process.env["FAKE"] = fake;
  process.env["PATH"] = `${join(fake, "bin")}:${PATH}`;
  const here = join(fake, "here data");
  mkdirSync(join(here, "deep/er"), { recursive: true });
  writeFileSync(join(here, "deep/er/it's one"), "content\n");
  writeFileSync(join(here, "run"), "#!/bin/sh\n", { mode: 0o750 });
  symlinkSync("../..", join(here, "deep/up"));
  return { fake, here, onHost: join(fake, THERE) };
}
const PATH = process.env["PATH"] ?? "";
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(process.env["FAKE"] ?? "", { recursive: true, force: true });
  delete process.env["FAKE"];
});

test("a directory is copied once, and is the same; a second time nothing is written", async () => {
  const { fake, here, onHost } = setUp();
  expect(await copyData(HOST, { here, there: THERE })).toEqual({ entries: 6, alreadyThere: false });
  expect(readFileSync(join(onHost, "deep/er/it's one"), "utf8")).toBe("content\n");
  expect(await copyData(HOST, { here, there: THERE })).toEqual({ entries: 6, alreadyThere: true });
  const log = readFileSync(join(fake, "log"), "utf8").split("\n");
  expect(log.filter((it) => it.startsWith("cp - "))).toHaveLength(1);
  expect(log.filter((it) => it.startsWith("rm --force"))).toHaveLength(4);
});

test("data that are there stay, and nothing is copied over them", async () => {
  const { here, onHost } = setUp();
  mkdirSync(onHost, { recursive: true });
  writeFileSync(join(onHost, "run"), "another\n");
  await expect(copyData(HOST, { here, there: THERE })).rejects.toThrow(/^pi5 has data in .*blog\/data already/);
  expect(readFileSync(join(onHost, "run"), "utf8")).toBe("another\n");
  expect(existsSync(join(onHost, "deep"))).toBe(false);
});

test("a copy that is not the same is no copy", async () => {
  const { fake, here } = setUp();
  writeFileSync(join(fake, "spoil"), "");
  await expect(copyData(HOST, { here, there: THERE })).rejects.toThrow(
    /is not the same as .*homelab-copy-data\/spoilt$/,
  );
});

test("what cannot be read whole is not copied", async () => {
  const { here, onHost } = setUp();
  await expect(copyData(HOST, { here: `${here}/none`, there: THERE })).rejects.toThrow(/none cannot be read whole: /);
  expect(existsSync(join(onHost, "deep"))).toBe(false);
});
