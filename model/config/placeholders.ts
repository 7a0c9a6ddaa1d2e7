import { commandLine } from "../command-line.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import type { Path, Source } from "../yaml/source.js";
import { settingPath } from "./settings.js";
import type { Config } from "./settings.js";

/** The domain of the repository's sample, which is somebody else's. */
export const SAMPLE_DOMAIN = "domain.com";

const OFF: Remedy = { prose: "switch off under homelab:services what uses it" };

/** What the repository's Pulumi.homelab.yaml says where only the owner knows what to write, and what that is. */
const PLACEHOLDERS: Readonly<Record<string, (stack: string) => readonly Remedy[]>> = {
  [SAMPLE_DOMAIN]: (stack) => [
    { prose: "write a domain of your own, or home.arpa if you have none" },
    { prose: "answer questions, and have this file written", command: commandLine("setup", stack) },
  ],
  "your-github-user": () => [{ prose: "write your user name on GitHub" }, OFF],
  "client-id-of-your-oauth-app": () => [
    { prose: "write the client ID that GitHub shows under Settings > Developer settings > OAuth Apps" },
    OFF,
  ],
};

/**
 * The values of a configuration that are still those of the sample, by the name that Compose files refer to them with. Each
 * is given as the problem that it is where a service uses it.
 */
export function placeholdersIn(stack: string, { domain, values }: Config, source: Source): Record<string, Problem> {
  const problem = (value: string, at: Path): Problem | undefined => {
    const remedies = Object.hasOwn(PLACEHOLDERS, value) ? PLACEHOLDERS[value]?.(stack) : undefined;
    return remedies && source.problem(at, "placeholder", `still says "${value}", as the sample does`, ...remedies);
  };
  const all = {
    DOMAIN: problem(domain, settingPath("domain")),
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, problem(value, settingPath("values", name))]),
    ),
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, it]) => (it === undefined ? [] : [[name, it]])));
}
