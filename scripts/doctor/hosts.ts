import { probeHosts } from "../../hosts/probe.js";
import { runOn } from "../../hosts/ssh.js";
import type { SshHost } from "../../hosts/ssh.js";
import { explain, remedy } from "../../hosts/trouble.js";
import type { Observation } from "../../model/drift/observation.js";
import { commandLine } from "../../model/command-line.js";
import type { StackFile } from "../lib/stack-file.js";
import { ill, well } from "./finding.js";
import type { Diagnosis } from "./finding.js";

/** Account that deploys, as the configuration has it by default. */
const USER = "deploy";
const SECONDS = 10;
/** Certificates, tokens and logs go by the clock; that much nobody notices. */
const TOLERATED_SECONDS = 30;

/** Every host by SSH and its probe, and the clock of this machine against the first that answers. */
export async function hosts(file: StackFile, stack: string): Promise<Diagnosis[]> {
  const all = file.hosts.map((name) => file.host(name));
  const pinned = all.flatMap(({ hostKey, ...host }) =>
    hostKey === undefined ? [] : [{ ...host, hostKey, user: USER }],
  );
  const seen = await probeHosts(pinned);
  const looks = all.map((host) => {
    const target = pinned.find(({ name }) => name === host.name);
    return target === undefined
      ? ill(`host ${host.name}`, "not bootstrapped", "it is not prepared yet: its host key is not pinned", {
          command: commandLine("bootstrap", stack, host.name),
        })
      : look(target, seen.get(host.name), stack);
  });
  const answering = pinned.find(({ name }) => seen.get(name)?.status === "ok");
  return [...looks, ...(answering === undefined ? [] : [await clock(answering)])];
}

function look(host: SshHost, observation: Observation | undefined, stack: string): Diagnosis {
  const what = `host ${host.name}`;
  if (observation?.status === "ok") {
    return well(what, `${host.address} answers, and can be looked at`);
  }
  const { status, reason } = observation ?? { status: "failed", reason: "it was not asked" };
  return ill(what, status, explain(host, status, reason).replace(/\.$/, ""), remedy(host, status, stack));
}

async function clock(host: SshHost): Promise<Diagnosis> {
  const before = Date.now();
  const { ok, stdout } = await runOn(host, ["date", "+%s"], SECONDS);
  if (!ok) {
    return ill("deploy account", "refused", `${host.name} accepts your key for looking, but not for deploying`, {
      prose: "load the key that deploys",
      command: "ssh-add FILE",
    });
  }
  return compared(host.name, Number(stdout.trim()), (before + Date.now()) / 2000);
}

/** @param there seconds since 1970 of a host @param here the same of this machine */
export function compared(host: string, there: number, here: number): Diagnosis {
  const difference = Math.round(there - here);
  return Math.abs(difference) <= TOLERATED_SECONDS
    ? well("time", `this machine and ${host} agree`)
    : ill(
        "time",
        "clocks-differ",
        `${host} is ${Math.abs(difference)} s ${difference > 0 ? "ahead of" : "behind"} this machine`,
        {
          prose: "on the one that is wrong",
          command: "sudo timedatectl set-ntp true",
        },
      );
}
