/**
 * Names the hosts of a deployment to some hosts only, separated by commas: `npm run deploy -- HOST…` sets it for the
 * program that the engine runs. Without it a deployment is for all hosts.
 */
export const CHOSEN_VARIABLE = "HOMELAB_HOSTS";

/** Is a host among those that this run is for? The others are neither probed nor changed. */
export function isChosen(host: string, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const chosen = env[CHOSEN_VARIABLE];
  return !chosen || chosen.split(",").includes(host);
}
