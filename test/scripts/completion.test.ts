import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completionFor, namesIn, wordsAfter } from "../../scripts/completion/completion.js";
import { COMMAND_NAMES } from "../../scripts/lib/commands.js";
import { run } from "../../scripts/lib/process.js";
import { twoHosts } from "./homelab.js";

const after = (...before: string[]): readonly string[] => wordsAfter(before, () => namesIn(twoHosts()));
const SERVICES = [...["homepage", "pi5/watchtower", "job"], ...["traefik", "player", "finder", "jellyfin/watchtower"]];

test.each([
  [[], COMMAND_NAMES],
  [["logs"], SERVICES],
  [["logs", "player"], []],
  [["forget"], ["pi5", "jellyfin"]],
  [["forget", "pi5"], []],
  [
    ["bootstrap", "pi5", "jellyfin"],
    ["pi5", "jellyfin"],
  ],
  [["rename"], ["pi5", "jellyfin"]],
  [["move"], SERVICES],
  [
    ["move", "player", "jellyfin"],
    ["pi5", "jellyfin"],
  ],
  [["adopt"], ["pi5", "jellyfin"]],
  [["adopt", "pi5"], SERVICES],
  [
    ["deploy", "pi5"],
    ["pi5", "jellyfin"],
  ],
  [["remove-service"], SERVICES],
  [
    ["remove-service", "watchtower"],
    ["pi5", "jellyfin"],
  ],
  [["status"], []],
  [["no-such-command"], []],
])("after homelab %j", (before, words) => {
  expect(after(...before)).toEqual(words);
});

test("bash completes with the words that begin as what is typed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "completion-"));
  const script = join(folder, "script");
  await writeFile(
    script,
    // the program itself is played: it says what it is asked
    `${completionFor("bash")}
homelab() { echo "\${#}-asked $* pi5 pi4-ci"; }
COMP_WORDS=(homelab forget pi) COMP_CWORD=2
_homelab
printf '%s\\n' "\${COMPREPLY[@]}"
COMP_WORDS=(homelab "") COMP_CWORD=1
_homelab
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p homelab
`,
  );
  const { stdout, stderr } = await run("bash", [script]);
  await rm(folder, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual([
    ...["pi5", "pi4-ci"],
    ...["2-asked", "completion", "words", "pi5", "pi4-ci"],
    ...["complete -F _homelab homelab", ""],
  ]);
});
