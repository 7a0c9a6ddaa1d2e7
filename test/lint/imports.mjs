// Prints the layers of eslint.layers.mjs, and what lint says of imports: {LAYERS, reports: [[importer, imported, rule]...]}.
import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { IMPORTS, LAYERS } from "../../eslint.layers.mjs";

const root = join(import.meta.dirname, "../..");
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: { ...IMPORTS, files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
});
const filesOf = (room) =>
  statSync(join(root, room)).isFile()
    ? [room]
    : readdirSync(join(root, room), { recursive: true })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(room, file));

const rooms = LAYERS.flat();
const samples = rooms.map((room) => filesOf(room)[0]);
const reports = [];
for (const [i, importer] of rooms.entries()) {
  // A file of the room, as if it imported a file of every other one, one a line.
  const file = samples[i];
  const imports = samples.map((sample, j) =>
    j === i ? "" : `import * as it${j} from "./${relative(join(file, ".."), sample)}";`,
  );
  const [result] = await eslint.lintText(imports.join("\n"), { filePath: join(root, file) });
  reports.push(...result.messages.map(({ line, ruleId }) => [importer, rooms[line - 1], ruleId]));
}
console.log(JSON.stringify({ LAYERS, reports }));
