import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeHosts } from "../../hosts/probe.js";
import { PROTOCOL } from "../../model/helper.js";
import { model, onlyHost } from "../model/declare.js";

// How often a host is asked, with a stand-in for ssh(1) that answers each time with the next of several outcomes.

const host = onlyHost(model("services: {}\nname: nas\n"));
const PATH = process.env["PATH"] ?? "";
const REPORT = JSON.stringify({
  ...{ protocol: PROTOCOL, settings: {}, containers: [], networks: [], images: [], volumes: [], declared: [] },
  ...{ files: [], listening: [], foreign: [] },
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "probe-"));
  process.env["PATH"] = `${folder}:${PATH}`;
});
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

/** What comes of a look at the host, and how many connections that took. */
async function outcome(
  answers: readonly string[],
  timeoutSeconds = 20,
): Promise<[status: string | undefined, tries: number]> {
  answers.forEach((script, i) => {
    writeFileSync(join(folder, String(i + 1)), script);
  });
  const count = join(folder, "count");
  writeFileSync(count, "0");
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\nn=$(($(cat ${count}) + 1)); echo $n >${count}; . ${folder}/$n\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  const seen = await probeHosts([host], { timeoutSeconds });
  return [seen.get(host.name)?.status, Number(readFileSync(count, "utf8"))];
}

const answers = `cat <<'REPORT'\n${REPORT}\nREPORT\n`;
/** ssh(1) that is told to end does so with the same code as where there is no connection. */
const HANGS = "trap 'exit 255' TERM; sleep 30 >/dev/null 2>&1 & wait\n";
const says = (words: string, code = 255): string => `echo '${words}' >&2; exit ${code}\n`;

test.each<[string, readonly string[], string, number]>([
  ["answers at once", [answers], "ok", 1],
  ["answers the second time", [says("ssh: connect to host: Connection timed out"), answers], "ok", 2],
  ["fails and then answers", [says("jq: error", 5), answers], "ok", 2],
  ["answers neither time", [says("Connection refused"), says("Connection refused")], "unreachable", 2],
  ["has another key, which stays so", [says("Host key verification failed.")], "wrong host key", 1],
])("a host that %s", async (_, scripts, status, tries) => {
  expect(await outcome(scripts)).toEqual([status, tries]);
});

test("a host that does not answer in time", async () => {
  expect(await outcome([HANGS, HANGS], 1)).toEqual(["timed out", 2]);
});
