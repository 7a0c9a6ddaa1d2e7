import type { HostSummary } from "../model/outputs/summary.js";
import type { PulumiCli } from "../scripts/lib/pulumi-cli.js";
import { LabError } from "./lab-error.js";
import type { Lab } from "./lab.js";
import { prepareProject } from "./project.js";

/** What a deployment did: how many resources for each word of Pulumi's, such as created, replaced, unchanged. */
export type Changes = Readonly<Record<string, number>>;

/**
 * Runs a real `pulumi up` of this program against the hosts of a lab.
 *
 * @param report is called with a line for whatever happens
 * @throws LabError if it was not completed
 */
export async function deploy(lab: Lab, report: (line: string) => void): Promise<Changes> {
  report("configuration and secrets");
  const cli = await prepareProject(lab);
  report("pulumi up");
  return up(cli, report);
}

/** `pulumi up` that goes on with the other hosts if one fails. */
export async function up(cli: PulumiCli, report: (line: string) => void = () => undefined): Promise<Changes> {
  const args = ["up", "--yes", "--skip-preview", "--continue-on-error"];
  const { stdout, stderr, exitCode } = await cli.run(args, { onLine: progressTo(report) });
  if (exitCode !== 0) {
    throw new LabError(`the deployment is not complete:\n${diagnostics(stdout)}${stderr}`);
  }
  return changesOf(stdout);
}

/** ` +  docker:index:Container pi5-portainer created (4s)` becomes `pi5-portainer created`. */
function progressTo(report: (line: string) => void): (line: string) => void {
  return (line) => {
    const match = /^\s*[-+~]+\s+\S+\s+(\S+) (.*?)(?: \([\d.]+s\))?(?: \[diff.*)?\s*$/.exec(line);
    if (match !== null) {
      report(`${match[1] ?? ""} ${match[2] ?? ""}`);
    }
  };
}

/** The part of what `pulumi up` prints that says what went wrong; all of it if there is none. */
export const diagnostics = (output: string): string => /^Diagnostics:\n([\s\S]*?)(?=^\w)/m.exec(output)?.[1] ?? output;

/** Reads the summary at the end of what `pulumi up` and `pulumi preview` print. */
export function changesOf(output: string): Changes {
  const summary = output.slice(output.lastIndexOf("Resources:"));
  return Object.fromEntries(
    [...summary.matchAll(/^\s+(?:[-+~]+\s*)?(\d+) (\w+(?: \w+)?)$/gm)].map(([, count, word]) => [
      word ?? "",
      Number(count),
    ]),
  );
}

/** What runs where, from the outputs of the last deployment. */
export async function summaries(cli: PulumiCli): Promise<Record<string, HostSummary>> {
  const { hosts = {} } = await cli.outputs();
  return hosts as Record<string, HostSummary>;
}
