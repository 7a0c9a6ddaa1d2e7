// Prints the layers of eslint.layers.mjs, and what lint says of imports: {LAYERS, reports: [[importer, imported, rule]...]}.
import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { IMPORTS, LAYERS } from "../../eslint.layers.mjs";

const root = join(import.meta.dirname, "../..");
const withRule = (rule) =>
  new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: {
      ...IMPORTS,
      files: ["**/*.ts"],
      languageOptions: { parser: tseslint.parser },
      rules: { [rule]: IMPORTS.rules[rule] },
    },
  });
const filesOf = (room) =>
  statSync(join(root, room)).isFile()
    ? [room]
    : readdirSync(join(root, room), { recursive: true })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(room, file));
const sampleOf = (room) => filesOf(room)[0];

/** What a rule says of a file of a room, as if it imported a file of each of these, one a line. */
async function reportsOf(eslint, importer, imported) {
  const file = sampleOf(importer);
  const imports = imported.map(
    (room, i) => `import * as it${i} from "./${relative(join(file, ".."), sampleOf(room))}";`,
  );
  const [{ messages }] = await eslint.lintText(imports.join("\n"), { filePath: join(root, file) });
  return messages.map(({ line, ruleId }) => [importer, imported[line - 1], ruleId]);
}

const rooms = LAYERS.flat();
const reports = [];
const directions = withRule("import-x/no-restricted-paths");
for (const importer of rooms) {
  const others = rooms.filter((room) => room !== importer);
  reports.push(...(await reportsOf(directions, importer, others)));
}
// This rule reads all that is imported, in turn: one circle is enough.
reports.push(...(await reportsOf(withRule("import-x/no-cycle"), "model/text.ts", ["model/compose"])));
console.log(JSON.stringify({ LAYERS, reports }));
