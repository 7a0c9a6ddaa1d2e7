import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const sources = (directory: string): string[] =>
  readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${directory}/${file}`);
const read = (file: string): string => readFileSync(join(root, file), "utf8");

test("the program does not know of the lab", () => {
  const knowing = ["index.ts", ...sources("components"), ...sources("hosts"), ...sources("model")].filter((file) =>
    /\blab\b/i.test(read(file)),
  );
  expect(knowing).toEqual([]);
});

test("the model knows neither of Pulumi nor, but for its loader, of files", () => {
  const impure = sources("model").filter((file) =>
    /from "(@pulumi|node:fs|node:child_process|node:net)/.test(read(file)),
  );
  expect(impure).toEqual(["model/load.ts"]);
});
