import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { LabError } from "./lab-error.js";
import type { Account, Lab } from "./lab.js";

/** `ssh` on this terminal. @returns its exit code */
export async function openShell(lab: Lab, host: string, user: Account, command: readonly string[]): Promise<number> {
  lab.host(host);
  if (!existsSync(lab.sshConfig)) {
    throw new LabError(`the lab "${lab.name}" is not up`);
  }
  const child = spawn("ssh", ["-F", lab.sshConfig, "-l", user, host, ...command], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}
