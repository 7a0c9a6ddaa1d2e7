import { bindAddress } from "../services/ports.js";
import type { ServiceModel } from "../types.js";
import type { DriftHost, Found } from "./findings.js";
import type { ContainerReport, ProbeReport } from "./report.js";

type Holder = NonNullable<ProbeReport["holders"]>[number];
type Port = ServiceModel["ports"][number];

/** What keeps a service from being made: somebody else's container of its name, or something on its port. */
export function inTheWay(
  host: DriftHost,
  { name, ports }: ServiceModel,
  there: readonly ContainerReport[],
  report: ProbeReport,
): Found[] {
  if (there.some((it) => it.name === name && it.service === "")) {
    const words = "another container has this name";
    const remedy = { command: `npm run adopt -- ${host.name} ${name}` };
    return [{ kind: "blocker", code: "name-taken", name, subject: name, words, remedy }];
  }
  return ports.flatMap((port) => {
    const key = `${port.published ?? ""}/${port.protocol}`;
    const who = holderOf(key, bindAddress(port), there, report);
    return port.published === undefined || who === undefined
      ? []
      : [
          {
            kind: "blocker",
            code: "port-taken",
            name,
            subject: name,
            words: `port ${key} is in use by ${who}`,
            remedy: { prose: "stop that, or choose another published port" },
          } satisfies Found,
        ];
  });
}

/** Who has a port that Docker is to bind; undefined if it is free, or becomes free when a container of ours is replaced. */
function holderOf(
  key: string,
  address: ReturnType<typeof bindAddress>,
  there: readonly ContainerReport[],
  { listening, holders }: ProbeReport,
): string | undefined {
  const ours = there.filter(({ service }) => service !== "");
  if (ours.some(({ ports }) => ports.includes(key))) {
    return undefined;
  }
  const container = there.find((it) => it.service === "" && it.ports.includes(key));
  if (container !== undefined) {
    return `the container ${container.name}`;
  }
  const known: readonly Holder[] =
    holders ?? listening.map((port) => ({ port, address: "*", program: "", container: "" }));
  const holder = known.find(
    (it) =>
      it.port === key &&
      collide(it.address, address) &&
      !ours.some(({ id }) => it.container !== "" && it.container === id),
  );
  if (holder === undefined) {
    return undefined;
  }
  const within = there.find(({ id }) => id === holder.container);
  const program = holder.program === "" ? "something else" : holder.program;
  return within === undefined ? program : `${program} in the container ${within.name}`;
}

/** Can two not listen on these addresses at the same time? Without an address, Docker takes all of them. */
const collide = (theirs: string, ours: Port["hostIp"]): boolean =>
  ours === undefined || ["0.0.0.0", "*", ours].includes(theirs);
