import { spawn } from "node:child_process";

/** The program that opens a URL on this machine; undefined where there is no display. */
export function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform === "darwin") {
    return "open";
  }
  return env["DISPLAY"] || env["WAYLAND_DISPLAY"] ? "xdg-open" : undefined;
}

/** Opens a URL in the browser of this machine's user, if there is one; nobody waits for it. */
export function openInBrowser(url: string): void {
  const program = opener(process.platform, process.env);
  if (program !== undefined) {
    spawn(program, [url], { detached: true, stdio: "ignore" })
      .once("error", () => undefined) // not installed: the URL is printed anyway
      .unref();
  }
}
