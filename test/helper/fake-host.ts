import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const HELPER_SOURCE = join(__dirname, "../../helper");

/** Programs of every Debian that only compute, or only touch what they are pointed at. */
const REAL = `awk basename cat chmod cmp cp cut diff dirname date env find flock grep head install jq ln ls mkdir mktemp
  mv paste printf readlink rm rmdir sed seq sh sha256sum sleep sort stat tail tee touch tr true uniq wc xargs`.split(
  /\s+/,
);

/** To `systemctl show`: every unit is there, runs, and starts at boot. */
export const UNITS_RUN = `if [ "$1" = show ]; then
    for unit in "$@"; do
      case $unit in show | -*) ;; *) printf 'LoadState=loaded\\nActiveState=active\\nUnitFileState=enabled\\n\\n' ;; esac
    done
  fi`;

/** Programs that would change or ask a real host, and what they do here; more by `program`. */
const STAND_INS: Readonly<Record<string, string>> = {
  id: "echo 0",
  sync: "",
  systemctl: UNITS_RUN,
  "systemd-run": "",
  docker: "exit 1",
  setpriv: "",
  getent: "exit 2",
  ss: "",
  ip: "",
  "iptables-save": "",
  "ip6tables-save": "",
};

/** How a run of the helper ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host that is only a folder, and the helper on it. What is not known of a host is not found. */
export class FakeHost {
  readonly root = mkdtempSync(join(tmpdir(), "fake-host-"));

  constructor(programs: Readonly<Record<string, string>> = {}) {
    const lib = join(this.root, "usr/local/lib/homelab");
    for (const folder of [lib, join(lib, "bin"), join(this.root, "bin"), join(this.root, "run")]) {
      mkdirSync(folder, { recursive: true });
    }
    for (const part of ["helper", "lib", "settings", "omv", "units"]) {
      symlinkSync(join(HELPER_SOURCE, part), join(lib, part));
    }
    for (const name of REAL) {
      symlinkSync(where(name), join(this.root, "bin", name));
    }
    // These have the paths of a real host in them.
    for (const name of ["load-firewall", "remove-mount-points"]) {
      this.script(join("usr/local/lib/homelab/bin", name), "");
    }
    for (const [name, body] of Object.entries({ ...STAND_INS, ...programs })) {
      this.program(name, body);
    }
  }

  /** Makes a program that does this, and that notes how it was called. */
  program(name: string, body: string): void {
    this.script(join("bin", name), `echo "${name} $*" >>"$ROOT/calls"\n${body}`);
  }

  private script(path: string, body: string): void {
    this.write(path, `#!/bin/sh\n${body}\n`);
    chmodSync(join(this.root, path), 0o755);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    rmSync(join(this.root, path), { force: true }); // it may be a link to the real program
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** How programs were called since this was asked last. */
  calls(): string[] {
    const calls = this.read("calls").trim().split("\n");
    this.write("calls", "");
    return calls;
  }

  /**
   * Runs a script with the functions of the helper.
   *
   * @param env is added to this process's own
   */
  run(script: string, args: readonly string[] = [], input = "", env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const words = [join(__dirname, "run-helper.sh"), this.root, script, ...args];
    return new Promise((resolve) => {
      const child = execFile("/bin/sh", words, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
        resolve({
          exitCode: error === null ? 0 : Number(error.code),
          stdout: this.plain(stdout),
          stderr: this.plain(stderr),
        });
      });
      child.stdin?.on("error", () => undefined); // a script need not read it
      child.stdin?.end(input);
    });
  }

  /** Runs a command of the helper. */
  helper(args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.run(join(HELPER_SOURCE, "lib/main.sh"), args, input, env);
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  private plain(text: string): string {
    return text.replaceAll(this.root, "");
  }
}

const found = new Map<string, string>();
/** Where a program of this machine is. */
export function where(name: string): string {
  const known = found.get(name) ?? execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  found.set(name, known);
  // a builtin has no path
  return known.startsWith("/") ? known : `/usr/bin/${name}`;
}
