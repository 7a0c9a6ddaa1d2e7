import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lab } from "./homelab.js";

// scripts/test.sh brings the labs up while the tests run that need none. These wait here; where jest is run by hand there is
// nothing to wait for.

const AT_MOST_MS = 3_600_000; // from nothing on a slow machine; it is the bringing up that fails, not this
const folder = process.env["LABS_COMING_UP"];

beforeAll(async () => {
  if (folder === undefined) {
    return;
  }
  const exitCode = (): Promise<string> => readFile(join(folder, lab.name), "utf8").catch(() => "");
  let code = await exitCode();
  while (code === "") {
    await pause(200);
    code = await exitCode();
  }
  if (code.trim() !== "0") {
    throw new Error(
      `the lab "${lab.name}" did not come up:\n${await readFile(join(folder, `${lab.name}.log`), "utf8")}`,
    );
  }
}, AT_MOST_MS);
