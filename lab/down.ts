import type { Instance } from "./instance.js";
import { runScript } from "./machine.js";
import { seconds } from "./seconds.js";

export interface DownOptions {
  /** Also remove the lab's folder, and everything that labs share if this was the last one. */
  readonly purge: boolean;
}

export async function down(instance: Instance, { purge }: DownOptions): Promise<void> {
  const start = performance.now();
  await runScript(instance, "machine/down.sh", {
    title: "down",
    args: purge ? ["--purge"] : [],
    onFact: ({ text }) => {
      console.log(text);
    },
  });
  console.log(`The lab "${instance.name}" is down (${seconds(start)}).`);
}
