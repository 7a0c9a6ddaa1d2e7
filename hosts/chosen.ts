/**
 * Names the hosts of a deployment that is for some hosts only, with commas between them: what `npm run deploy -- HOST…`
 * tells the program that the engine runs. Without it a deployment is for all hosts.
 */
export const CHOSEN_VARIABLE = "HOMELAB_HOSTS";

/** Is a host among those that this run of the program is for? The others are neither asked nor changed. */
export function isChosen(host: string, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const chosen = env[CHOSEN_VARIABLE];
  return !chosen || chosen.split(",").includes(host);
}
