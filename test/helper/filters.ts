import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readReport } from "../../model/drift/report.js";
import { PROTOCOL } from "../../model/helper.js";
import { HELPER_SOURCE, where } from "./fake-host.js";

// The helper's filters, run on captured input.

export const lib = (name: string): string => join(HELPER_SOURCE, "lib", name);
export const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join("");
export const awk = (program: string, input: string, ...options: string[]): string[] =>
  execFileSync(where("awk"), [...options, "-f", lib(program)], { input, encoding: "utf8" })
    .split("\n")
    .slice(0, -1);

/** What the probe prints, of what it found. */
export function probe(found: Partial<Record<string, string>>, engine = true): ReturnType<typeof readReport> {
  const names =
    "said inspected made networks networks_made images volumes declared service_files rolled_back listening room nvidia stale_binds architectures caller backups resting".split(
      " ",
    );
  const args = names.flatMap((name) => ["--arg", name, found[name] ?? ""]);
  const options = [
    "--argjson",
    "protocol",
    String(PROTOCOL),
    "--argjson",
    "engine",
    String(engine),
    "--arg",
    "ours",
    "homelab.service",
  ];
  return readReport(
    execFileSync(where("jq"), ["-n", ...options, ...args, "-f", lib("probe.jq")], { encoding: "utf8" }),
  );
}

export const inspected = (id: string, memory: number): unknown => ({
  Id: id,
  Name: "/web",
  Config: { Labels: { "homelab.service": "web" } },
  State: { Status: "running", ExitCode: 0, Health: { Status: "healthy" } },
  HostConfig: { Memory: memory, CapAdd: null, NewKey: true },
  NetworkSettings: {
    Networks: { nas_web: {} },
    Ports: { "80/tcp": [{ HostPort: "8080" }, { HostPort: "8080" }], "81/tcp": null },
  },
});
