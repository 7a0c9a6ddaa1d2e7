import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabError } from "../lab-error.js";
import { run } from "../../scripts/lib/process.js";

const CHROMIUM = "/usr/bin/chromium";
const INSTALL_MS = 600_000;
const PAGE_MS = 120_000;
/** Time for a page to load its data from the server. */
const SETTLE_MS = 8000;

/** Installs Debian's Chromium, unless it is installed. */
export async function installBrowser(): Promise<void> {
  if (existsSync(CHROMIUM)) {
    return;
  }
  const args = ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  const { exitCode, stderr } = await run("apt-get", args, {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: INSTALL_MS,
  });
  if (exitCode !== 0) {
    throw new LabError(`Chromium cannot be installed: ${stderr.trim()}`);
  }
}

/** Writes a picture of a page as PNG. @param size in pixels */
export async function photograph(
  url: string,
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const { exitCode, stderr } = await run(
    CHROMIUM,
    [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--ignore-certificate-errors"],
      ...[`--user-data-dir=${profile}`, `--window-size=${width},${height}`, `--virtual-time-budget=${SETTLE_MS}`],
      ...[`--screenshot=${file}`, url],
    ],
    { timeoutMs: PAGE_MS },
  );
  await rm(profile, { recursive: true, force: true });
  if (exitCode !== 0 || !existsSync(file)) {
    throw new LabError(`Chromium made no picture of ${url}: ${stderr.trim()}`);
  }
}
