import { connect } from "node:net";
import type { HostModel } from "../model/homelab.js";

const TIMEOUT_MS = 4000;
const ATTEMPTS = 2;

/**
 * Why a host cannot be deployed to now, by name; hosts whose SSH server answers are left out. Asks all of them at once,
 * with no key and no login, so that a preview may do it too.
 */
export async function unreachable(hosts: readonly HostModel[]): Promise<ReadonlyMap<string, string>> {
  const answers = await Promise.all(hosts.map(async (host) => [host.name, await whyNot(host)] as const));
  return new Map(answers.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])));
}

async function whyNot(host: HostModel): Promise<string | undefined> {
  let reason: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    reason = await greeting(host);
    if (reason === undefined) {
      return undefined;
    }
  }
  return reason;
}

/** Resolves to undefined once the SSH server has greeted, else to the reason why it did not. */
function greeting({ address, port }: HostModel): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const done = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(TIMEOUT_MS, () => {
      done(`no answer within ${TIMEOUT_MS / 1000} s`);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      done(error.code ?? error.message);
    });
    socket.once("data", (data) => {
      done(data.toString("latin1").startsWith("SSH-") ? undefined : `what answers on port ${port} is no SSH server`);
    });
  });
}
