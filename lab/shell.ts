import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { environmentOf, findInstance } from "./instance.js";
import { LabError } from "./lab-error.js";
import type { Account, Lab } from "./lab.js";

/** Runs `ssh` on this terminal. @returns its exit code */
export async function openShell(lab: Lab, host: string, user: Account, command: readonly string[]): Promise<number> {
  lab.host(host);
  if (!existsSync(lab.sshConfig)) {
    throw new LabError(`the lab "${lab.name}" is not up`);
  }
  return onThisTerminal("ssh", ["-F", lab.sshConfig, "-l", user, host, ...command]);
}

/** A program on somebody's phone, on this terminal. @returns its exit code */
export async function openPhone(lab: Lab, person: string, command: readonly string[]): Promise<number> {
  const engine = join(__dirname, "machine/docker.sh");
  const args = ["exec", "-i", `phone-${person}`, ...command];
  return onThisTerminal("bash", [engine, ...args], environmentOf(findInstance(lab.name)));
}

function onThisTerminal(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}
