import { healthySeconds } from "../services/health.js";
import type { ServiceModel } from "../types.js";
import { justStarted } from "./containers.js";
import { driftOf, isDrift } from "./drift.js";
import type { DriftHost, Finding } from "./findings.js";
import { declaredOn } from "./missing.js";
import type { ContainerReport, ProbeReport } from "./report.js";

/** What a host comes to once a deployment is over. */
export interface Verdict {
  /** What is declared and not so, each with a reason: a further deployment would have something to do, or could not. */
  readonly notDone: readonly Finding[];
  /** What is merely worth knowing: no deployment changes it. */
  readonly notes: readonly Finding[];
}

/** Is a host, after a deployment, all that it is declared to be? A preview would not mind what is new; this does. */
export function verdictOn(host: DriftHost, report: ProbeReport): Verdict {
  // By now all of it was declared to the host, whether or not its own list has come about.
  const { findings, repairs } = driftOf(host, { ...report, declared: declaredOn(host) });
  const said = new Set(findings.filter(({ kind }) => kind === "setting").map(({ name }) => name));
  const unapplied = [...repairs.settings].filter((name) => !said.has(name));
  return {
    notDone: [
      ...unapplied.map((name) => ({ host: host.name, name, subject: name, ...NOT_APPLIED })),
      ...findings.filter(isDrift),
      ...declaredContainers(host, report)
        .filter(({ seen: { health, state } }) => health === "starting" && state === "running")
        .map(({ service: { name } }) => ({ host: host.name, name, subject: name, ...STARTING })),
      ...(report.declared === null
        ? [{ host: host.name, name: "deployment", subject: "deployment", ...NO_RECORD }]
        : []),
    ],
    notes: findings.filter((finding) => !isDrift(finding)),
  };
}

const NOT_APPLIED = { kind: "setting", code: "not-applied", words: "is not applied as declared" } as const;
const STARTING = { kind: "container", code: "starting", words: "is still starting: not healthy yet" } as const;
const NO_RECORD = { kind: "container", code: "no-record", words: "is not on record on the host" } as const;

/** How long a container may take to show that it does not end again. */
const RESTART_SECONDS = 30;
/** The same for a health check that an image brings along, which nobody here knows; as long as Docker's defaults need. */
const IMAGE_HEALTH_SECONDS = 120;
/** A host that nobody confirmed goes back after a minute. */
const REVERT_SECONDS = 90;

/** For how many seconds after a deployment it may be worth asking a host again; 0 where everything has settled. */
export function patienceWith(host: DriftHost, report: ProbeReport): number {
  const pending = host.settings.some(({ name }) => report.settings[name]?.state === "pending");
  const services = declaredContainers(host, report).map(({ service, seen }) => {
    if (seen.health === "starting") {
      return healthySeconds(service.definition) ?? IMAGE_HEALTH_SECONDS;
    }
    const untried = justStarted(seen) && (seen.health === "" || seen.restarts > 0);
    return seen.state === "restarting" || untried ? RESTART_SECONDS : 0;
  });
  return Math.max(pending ? REVERT_SECONDS : 0, ...services);
}

function declaredContainers(
  { services }: DriftHost,
  { containers }: ProbeReport,
): { service: ServiceModel; seen: ContainerReport }[] {
  return (containers ?? []).flatMap((seen) => {
    const service = seen.service === "" ? undefined : services.find(({ name }) => name === seen.name);
    return service === undefined ? [] : [{ service, seen }];
  });
}
