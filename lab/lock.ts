import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { environmentOf } from "./instance.js";
import type { Instance } from "./instance.js";
import { LabError } from "./lab-error.js";

/** Runs an action while no other run changes this lab; waits for one that does. */
export async function withLock<T>(instance: Instance, action: () => Promise<T>): Promise<T> {
  mkdirSync(instance.dir, { recursive: true, mode: 0o700 });
  const holder = spawn("bash", [join(__dirname, "machine/lock.sh")], {
    env: { ...process.env, ...environmentOf(instance) },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // Ctrl-C must not release the lock before the scripts have ended
  });
  try {
    for await (const line of createInterface(holder.stdout)) {
      if (line === "held") {
        return await action();
      }
      console.log(line === "waiting" ? "Another run is changing this lab, waiting for it …" : line);
    }
    throw new LabError("the lab could not be locked");
  } finally {
    holder.stdin.end();
  }
}
