// Unpacks a Go toolchain as the module proxy serves it: a zip file without file modes, with
// golang.org/toolchain@VERSION/ before every name. (A fresh machine has Node but need not have unzip.)
//
//   node unpack-go.mjs ZIP DIRECTORY
import { unzipSync } from "fflate";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [zip, directory] = process.argv.slice(2);
const program = /^(bin|pkg\/tool)\//;
// Most of the rest are Go's own tests.
const wanted = (name) => !name.endsWith("/") && !/_test\.go$|\/testdata\//.test(name);

for (const [name, content] of Object.entries(unzipSync(readFileSync(zip), { filter: (file) => wanted(file.name) }))) {
  const inside = name.split("/").slice(2).join("/");
  const target = join(directory, inside);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content, { mode: program.test(inside) ? 0o755 : 0o644 });
}
