// `node scripts/run.cjs FILE ARGUMENTS` runs a command of this program. Without the packages it still says what is missing.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..");
const [file = ""] = process.argv.splice(2, 1);
if (existsSync(join(program, "node_modules/tsx/package.json"))) {
  require("tsx/cjs");
  require(join(program, file));
} else {
  console.error("The packages of this program are not installed.\n-> run npm ci");
  process.exitCode = 1;
}
