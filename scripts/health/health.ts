import { explain, remedy } from "../../hosts/trouble.js";
import type { Observation } from "../../model/drift/observation.js";
import { copiesOn } from "../../model/drift/copies.js";
import type { CopyStatus } from "../../model/drift/copies.js";
import { isWell, serviceStatus } from "../../model/drift/service-state.js";
import type { World } from "../../model/audience.js";
import { certificates } from "../../model/settings/certificates.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { HELPER_BIN } from "../../model/helper.js";
import type { runOn } from "../../hosts/ssh.js";
import { columnsOf } from "../lib/columns.js";
import { copiedText, NEVER, provedText, wrongText } from "../lib/copies.js";
import { stateText } from "../status/status.js";
import type { Check } from "./check.js";
import { portsOf, routeCheck } from "./reach.js";
import { vitalsIn } from "./vitals.js";

/** A host, and everything that was looked at there. */
export interface HostHealth {
  readonly host: string;
  readonly checks: readonly Check[];
}

/** How to look. */
interface Looking {
  readonly stack: string;
  readonly world: World;
  readonly observations: ReadonlyMap<string, Observation>;
  readonly run: typeof runOn;
}

const SECONDS = 20;

/** Looks at each host: its services, what this machine reaches of what is meant for it, and the machine itself. */
export function healthOf(hosts: readonly HostModel[], looking: Looking): Promise<HostHealth[]> {
  return Promise.all(hosts.map(async (host) => ({ host: host.name, checks: await checksOf(host, hosts, looking) })));
}

async function checksOf(host: HostModel, hosts: readonly HostModel[], looking: Looking): Promise<Check[]> {
  const { stack, world, run } = looking;
  const seen: Observation = looking.observations.get(host.name) ?? { status: "failed", reason: "it was not asked" };
  if (seen.status !== "ok") {
    const words = `${explain(host, seen.status, seen.reason)} -> ${remedyText(remedy(host, seen.status, stack))}`;
    return [{ what: "host", verdict: "bad", words }];
  }
  const { report } = seen;
  const services = host.services.map((service): Check => {
    const status = serviceStatus(service, report);
    return { what: service.name, verdict: isWell(status) ? "well" : "bad", words: stateText(status) };
  });
  const shares = (report.settings["mounts"]?.drift ?? [])
    .filter(({ code }) => code === "not-mounted")
    .map(({ item, words }): Check => ({ what: `share ${item}`, verdict: "bad", words }));
  const copies = copiesOn(host, report).map((copy) => copyCheck(copy, new Date()));
  const { caller } = report;
  const vantage = typeof caller === "string" ? { world, caller } : undefined;
  const routes = hosts.flatMap((it) => it.services.flatMap((service) => service.routes));
  const mine = routes.filter(({ proxy }) => proxy.host === host.name);
  const [vitals, ports, answers] = await Promise.all([
    vitalsOn(host, run),
    vantage === undefined ? [] : portsOf(host, vantage),
    vantage === undefined || mine.length === 0
      ? []
      : rootOf(host, run).then((ca) => Promise.all(mine.map((route) => routeCheck(route, vantage, ca)))),
  ]);
  return [...services, ...shares, ...copies, ...ports, ...answers, ...vitals];
}

/** A copy that never was is worth a look until it is overdue. */
function copyCheck(copy: CopyStatus, now: Date): Check {
  const what = `copy of ${copy.set.kind === "share" ? "share " : ""}${copy.set.name}`;
  if (copy.wrong.length > 0) {
    return { what, verdict: "bad", words: wrongText(copy) };
  }
  const copied = copiedText(copy, now);
  return copied === NEVER
    ? { what, verdict: "look", words: "none yet" }
    : { what, verdict: "well", words: `${copied}, restored on trial ${provedText(copy, now)}` };
}

async function vitalsOn(host: HostModel, run: typeof runOn): Promise<Check[]> {
  const { ok, stdout } = await run(host, [`${HELPER_BIN}/vitals`], SECONDS);
  return ok
    ? vitalsIn(stdout)
    : [{ what: "machine", verdict: "look", words: "its helper does not say how it is: npm run bootstrap updates it" }];
}

/** The root certificate of a host; undefined where another authority's is shown there. */
async function rootOf({ settings, ...host }: HostModel, run: typeof runOn): Promise<string | undefined> {
  if (!settings.some(({ name }) => name === certificates.name)) {
    return undefined;
  }
  const { ok, stdout } = await run(host, ["cat", "/var/lib/homelab-tls/root.crt"], SECONDS);
  return ok ? stdout : undefined;
}

/** Something is not as it should be. */
const NOT_WELL = 2;

/** What a program is told. */
export const exitCodeOf = (hosts: readonly HostHealth[]): number =>
  hosts.some(({ checks }) => checks.some(({ verdict }) => verdict === "bad")) ? NOT_WELL : 0;

const MARKS = { well: "✓", look: "!", bad: "✗" } as const;

/** A line for each thing that is not well, or with `all` for everything, and how many there are. */
export function describeHealth(hosts: readonly HostHealth[], all: boolean): string {
  const shown = hosts.flatMap(({ host, checks }) =>
    checks.filter(({ verdict }) => all || verdict !== "well").map((check) => ({ host, ...check })),
  );
  const rows = shown.map(({ host, what, verdict, words }, i) => [
    MARKS[verdict],
    shown[i - 1]?.host === host ? "" : host,
    what,
    words,
  ]);
  const count = (verdict: Check["verdict"]): number =>
    hosts.reduce((sum, { checks }) => sum + checks.filter((it) => it.verdict === verdict).length, 0);
  const summary = `${count("well")} are well, ${count("look")} worth a look, ${count("bad")} not well.`;
  return [...(rows.length === 0 ? [] : [columnsOf(["", "HOST", "WHAT", "HOW"], rows), ""]), summary].join("\n");
}
