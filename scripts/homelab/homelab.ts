import { spawnSync } from "node:child_process";
import { UserError } from "../lib/command.js";
import { PROGRAM } from "../lib/project.js";
import { planOf } from "./plan.js";

/**
 * The file of the command that this process was called with, which reads its arguments as if it had been called itself. A
 * command that is another program is run here; then there is no file, as where the user named no command that there is.
 */
export function fileToRun(): string | undefined {
  const [name = "help"] = process.argv.splice(2, 1);
  try {
    const plan = planOf(["-h", "--help"].includes(name) ? "help" : name);
    if ("file" in plan) {
      return plan.file;
    }
    const args = [...plan.args, ...process.argv.slice(2)];
    process.exitCode = spawnSync(plan.program, args, { cwd: PROGRAM, stdio: "inherit" }).status ?? 1;
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    console.error(error.message);
    process.exitCode = 1;
  }
  return undefined;
}
