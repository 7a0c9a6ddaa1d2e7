import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lib/process.js";

/** What helper/bootstrap.sh is told about a host. */
export interface BootstrapRequest {
  readonly hostname: string;
  /** Account that logs in. */
  readonly admin: string;
  /**
   * Debian packages beside those of every host; `a | b` installs a, unless one of them is installed.
   * @default none
   */
  readonly packages?: readonly string[];
  /** Public keys that may deploy. */
  readonly deployKeys: readonly string[];
  /** Public keys that may only look. */
  readonly probeKeys: readonly string[];
  /** Whether the host may reboot, if it has to. */
  readonly reboot: boolean;
}

/**
 * A tar file with the helper and the request, a file for each of its parts, so that nothing has to be quoted.
 *
 * @param helper directory of the helper
 */
export async function bundle(helper: string, request: BootstrapRequest): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "bootstrap-"));
  try {
    const parts: Readonly<Record<string, string>> = {
      hostname: request.hostname,
      admin: request.admin,
      packages: (request.packages ?? []).map((line) => `${line}\n`).join(""),
      "deploy-keys": request.deployKeys.map((key) => `${key}\n`).join(""),
      "probe-keys": request.probeKeys.map((key) => `${key}\n`).join(""),
      ...(request.reboot ? { reboot: "" } : {}),
    };
    await mkdir(join(folder, "request"));
    await Promise.all(Object.entries(parts).map(([name, text]) => writeFile(join(folder, "request", name), text)));
    await cp(helper, join(folder, "helper"), { recursive: true });
    const file = join(folder, "bundle.tar");
    const options = { env: { COPYFILE_DISABLE: "1" } }; // else macOS adds files of its own
    const { exitCode, stderr } = await run("tar", ["-C", folder, "-cf", file, "helper", "request"], options);
    if (exitCode !== 0) {
      throw new Error(`tar: ${stderr}`);
    }
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
