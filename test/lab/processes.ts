import { readdir, readFile } from "node:fs/promises";
import { lab } from "./homelab.js";

// What everybody on a machine can see of its processes: their command lines.

/** Collects the command lines of all processes of this machine until it is told to stop. */
export function watchProcesses(): () => Promise<string> {
  const seen = new Set<string>();
  let on = true;
  const look = async (): Promise<void> => {
    while (on) {
      const pids = (await readdir("/proc")).filter((it) => /^\d+$/.test(it));
      const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
      lines.forEach((line) => seen.add(line.replaceAll("\0", " ")));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const looking = look();
  return async () => {
    on = false;
    await looking;
    return [...seen].join("\n");
  };
}

/** The same on every host, each for itself. */
export async function watchHosts(): Promise<() => Promise<Record<string, string>>> {
  const flag = "/tmp/watch-processes";
  const script = `while [ -e ${flag} ]; do ps -eww -o args=; sleep 0.2; done | sort -u`;
  const names = lab.hosts.map(({ name }) => name);
  await Promise.all(names.map((host) => lab.ssh(host, ["touch", flag])));
  const watching = names.map(async (host) => {
    const { stdout } = await lab.ssh(host, ["sh", "-c", script], { timeoutMs: 300_000 });
    return [host, stdout] as const;
  });
  return async () => {
    await Promise.all(names.map((host) => lab.ssh(host, ["rm", "-f", flag])));
    return Object.fromEntries(await Promise.all(watching));
  };
}
