import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PROGRAM } from "../../scripts/lib/project.js";
import { lab } from "./homelab.js";

const END = "end-of-what-was-said";

/** Root at the keyboard of a host, in one session for many scripts: without SSH, whatever the host's state. */
export class Keyboard {
  private readonly shell;
  private said = "";

  constructor(host: string) {
    this.shell = spawn("bash", [join(PROGRAM, "lab/machine/docker.sh"), "exec", "-i", host, "bash"], {
      env: { ...process.env, LAB_INSTANCE: lab.name, LAB_DIR: lab.dir },
    });
    this.shell.stdout.setEncoding("utf8").on("data", (text: string) => (this.said += text));
  }

  /** Runs a script, whatever comes of it, and returns what it printed. */
  async run(script: string): Promise<string> {
    this.said = "";
    this.shell.stdin.write(`( ${script}\n) 2>&1; echo; echo ${END}\n`);
    for (let waited = 0; waited < 90_000; waited += 5) {
      if (this.said.includes(END)) {
        return this.said.slice(0, this.said.indexOf(END)).trim();
      }
      await pause(5);
    }
    throw new Error(`${script}\nsaid until now: ${this.said}`);
  }

  close(): void {
    this.shell.stdin.end();
  }
}

/** Whether a connection to a port of a host comes about, from this machine as one of the LAN. A firewall that drops does not answer. */
export function answers(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: lab.host(host).address, port, timeout: timeoutMs });
    const settle = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    // on a busy machine the time may be over before node hears of a connection that has come about
    const late = (): unknown => setTimeout(settle(false), 50);
    socket.on("connect", settle(true)).on("timeout", late).on("error", settle(false));
  });
}

/** The same of SSH, whose sshd listens nowhere for a moment while it reads its configuration. */
export async function letsIn(host: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await answers(host, 22)) {
      return true;
    }
    await pause(100);
  }
  return false;
}

/** Knocks at SSH again and again while something happens, and returns how often nobody answered. */
export async function unansweredDuring(host: string, happens: Promise<unknown>): Promise<number> {
  const over = new AbortController();
  let unanswered = 0;
  const watching = (async () => {
    while (!over.signal.aborted) {
      unanswered += (await answers(host, 22, 900)) ? 0 : 1;
      await pause(150); // more of them, and a busy sshd would not come to accept them
    }
  })();
  await happens.finally(() => {
    over.abort();
  });
  await watching;
  return unanswered;
}
