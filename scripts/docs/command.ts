import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { runCommand } from "../lib/command.js";
import { PROGRAM } from "../lib/project.js";
import { REFUSED_DOCUMENT, withRefused } from "./refused.js";
import { schemas, schemaText } from "./schemas.js";
import { DOCUMENT, withTable } from "./watched.js";

void runCommand(
  new Command("npm run docs").description("Write what of the documentation follows from the code.").action(() => {
    const file = join(PROGRAM, DOCUMENT);
    writeFileSync(file, withTable(readFileSync(file, "utf8")));
    const refused = join(PROGRAM, REFUSED_DOCUMENT);
    writeFileSync(refused, withRefused(readFileSync(refused, "utf8")));
    const files = Object.entries(schemas());
    for (const [name, schema] of files) {
      writeFileSync(join(PROGRAM, name), schemaText(schema));
    }
    console.log(
      `Written: the tables in ${DOCUMENT} and ${REFUSED_DOCUMENT}, ${files.map(([name]) => name).join(", ")}`,
    );
  }),
);
