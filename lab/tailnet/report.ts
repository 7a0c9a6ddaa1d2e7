import type { Lab } from "../lab.js";
import { PEOPLE, projectOf } from "../project.js";
import { tailnetOf, tryTailnet } from "./trial.js";

/**
 * Tries who reaches what over a lab's tailnet; what came of it, in a line, and one for each surprise.
 * @throws LabError if a machine could not try
 */
export async function reportOnTailnet(lab: Lab): Promise<string> {
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
