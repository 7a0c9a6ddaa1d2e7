import { isCalled } from "../../model/compose/names.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";

/**
 * The secret that somebody means who writes PROJECT/NAME, or NAME where only one project has a secret of that name.
 *
 * @param known all that there are, as NAME for those of the homelab and PROJECT/NAME for those of projects
 * @param otherwise what is said where there is none
 * @throws UserError if there is none, or several
 */
export function secretCalled(written: string, known: readonly string[], otherwise: string): string {
  const [only, ...others] = known.includes(written) ? [written] : known.filter((id) => isCalled(id, written));
  if (only === undefined) {
    throw new UserError(`${otherwise} "${written}": ${remedyText(suggest(written, known))}`);
  }
  if (others.length > 0) {
    throw new UserError(`Several projects have a secret "${written}": write ${[only, ...others].join(" or ")}`);
  }
  return only;
}
