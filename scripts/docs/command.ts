import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { runCommand } from "../lib/command.js";
import { PROGRAM } from "../lib/project.js";
import { DOCUMENT, withTable } from "./watched.js";

void runCommand(
  new Command("npm run docs").description("Write what of the documentation follows from the code.").action(() => {
    const file = join(PROGRAM, DOCUMENT);
    writeFileSync(file, withTable(readFileSync(file, "utf8")));
    console.log(`wrote the table in ${DOCUMENT}`);
  }),
);
