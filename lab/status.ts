import type { HostSummary } from "../model/outputs/summary.js";
import type { Host, Lab } from "./lab.js";
import { LabError } from "./lab-error.js";
import { isDeployed, projectOf } from "./project.js";
import { summaries } from "./stack.js";
import { framed } from "../scripts/lib/table.js";

/** One container on a host, as `docker ps` describes it. */
interface Service {
  readonly name: string;
  readonly image: string;
  /** e.g. `Up 5 minutes (healthy)`. */
  readonly state: string;
  /** The program that the image holds; the image's labels say so (lab/images). */
  readonly program: string;
  readonly urls: readonly string[];
}

const FIELDS = ["{{.Names}}", "{{.Image}}", "{{.Status}}", '{{.Label "lab.standin"}}', '{{.Label "lab.program"}}'];

/** Prints hosts, services and their addresses, as the hosts themselves report them. */
export async function status(lab: Lab): Promise<void> {
  const running = await lab.engine(["ps", "--format", "{{.Names}} {{.Status}}"]);
  if (running.exitCode !== 0) {
    throw new LabError(`the lab "${lab.name}" is down; npm run lab brings it up`);
  }
  const states = new Map(running.stdout.split("\n").map((line) => [line.split(" ")[0], line.replace(/^\S+ /, "")]));

  const hosts = lab.hosts.map(({ name, address, role, memory }) => [
    ...[name, address, role, memory],
    states.get(name) ?? "off",
  ]);
  console.log(framed(["Host", "Address", "Role", "Memory", "State"], hosts, false));

  const deployed = isDeployed(lab) ? await summaries(projectOf(lab)) : {};
  const services = await Promise.all(
    lab.hosts.map(async (host) => {
      const found = states.has(host.name) ? await servicesOn(lab, host, deployed[host.name]) : [];
      return found.map((it) => [host.name, it.name, it.image, it.program, it.state, it.urls.join("\n")]);
    }),
  );
  const rows = services.flat();
  console.log(
    rows.length === 0
      ? "No services: npm run lab deploys them."
      : framed(["Host", "Service", "Image", "Is", "State", "Where"], rows, false),
  );
}

async function servicesOn(lab: Lab, host: Host, deployed: HostSummary | undefined): Promise<Service[]> {
  const listed = await lab.ssh(host.name, ["docker", "ps", "--all", "--no-trunc", "--format", FIELDS.join("\t")]);
  if (listed.exitCode !== 0) {
    return [{ name: "?", image: "?", state: `no answer: ${listed.stderr.trim()}`, program: "?", urls: [] }];
  }
  return listed.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", image = "", state = "", standIn = "", program = ""] = line.split("\t");
      const is = standIn === "true" ? "stand-in" : program === "" ? "the real image" : program;
      return { name, image, state, program: is, urls: deployed?.services[name]?.urls ?? [] };
    });
}
