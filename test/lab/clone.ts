import { cp, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM } from "../../scripts/lib/project.js";

const PARTS = [
  ...["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts", "start.cjs", "trim-packages.cjs"],
  ...["components", "helper", "hosts", "model", "scripts", "stacks"],
];

/** A copy of the program, as the clone that its owner has: the commands write into their project's directory. */
export async function ownersClone(): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), "owner-"));
  await Promise.all(PARTS.map((part) => cp(join(PROGRAM, part), join(clone, part), { recursive: true })));
  await symlink(join(PROGRAM, "node_modules"), join(clone, "node_modules"));
  return clone;
}
