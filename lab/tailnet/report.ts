import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../lab.js";
import { PEOPLE, projectOf } from "../project.js";
import { tailnetOf, tryTailnet } from "./trial.js";

/**
 * Says who reaches what over a lab's tailnet, in a line, and in one for each surprise. Hundreds of attempts that nobody answers
 * take their time: where nothing has changed, the former result holds.
 *
 * @throws LabError if a machine could not try
 */
export async function reportOnTailnet(lab: Lab, changed: boolean): Promise<string> {
  const file = join(lab.dir, "tailnet/report");
  const former = changed ? "" : await readFile(file, "utf8").catch(() => "");
  if (former !== "") {
    return former;
  }
  const report = await tryEverybody(lab);
  await writeFile(file, report);
  return report;
}

async function tryEverybody(lab: Lab): Promise<string> {
  const tailnet = tailnetOf(projectOf(lab));
  const attempts = await tryTailnet(lab, tailnet, PEOPLE);
  const wrong = attempts.filter(({ open, expected }) => open !== expected.open);
  const refused = attempts.filter(({ open, expected }) => !open && !expected.open).length;
  const nodes = tailnet.joins.length + PEOPLE.length;
  return [
    `tailnet: ${nodes} nodes, policy checked, ${tailnet.grants.length} grants, ${refused} refusals tested`,
    ...wrong.map(
      ({ open, expected: { visitor, host, port } }) =>
        `Look at this: over the tailnet ${visitor.name} ${open ? "reaches" : "does not reach"} ${host}:${port}`,
    ),
  ].join("\n");
}
