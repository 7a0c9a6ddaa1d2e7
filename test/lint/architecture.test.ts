import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Paths that a page gives between backticks; those with a placeholder are no files. */
function pathsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/```[^]*?```/g, "");
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path = ""]) => path);
  return quoted.filter((path) => /\/$|\.(ts|mjs|sh|yaml|json)$/.test(path) && !/NAME|chrony|[<*]/.test(path));
}

test.each(["docs/architecture.md", "model/README.md"])("every file that %s names is there", (page) => {
  const paths = pathsIn(page);
  const base = page.startsWith("docs/") ? ROOT : join(ROOT, dirname(page));
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(join(base, path)))).toEqual([]);
});
