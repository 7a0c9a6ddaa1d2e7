import type { YAMLMap } from "yaml";
import { isText, listAt } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv, resolved } from "./env-file.js";

/**
 * Names of the containers that the .env switches on, by COMPOSE_PROFILES: names of profiles with commas, or * for all.
 * What no profile is for is on anyway.
 */
export function switchedOn(
  context: Context,
  services: readonly { readonly key: string; readonly value: YAMLMap }[],
): string[] {
  const known = dotEnv(context);
  const wanted = (known.get("COMPOSE_PROFILES") ?? "").split(",").map((it) => it.trim());
  return services.flatMap(({ key, value }) => {
    const own = listAt(value, "profiles")
      .filter(isText)
      .map((it) => it.value);
    const named: unknown = value.get("container_name");
    const name = typeof named === "string" ? (resolved(named, known) ?? named) : key;
    const by = own.find((it) => wanted.includes(it) || wanted.includes("*"));
    if (by === undefined) {
      return [];
    }
    const line = context.lineOf(value.get("profiles", true));
    context.changed.push({ line, text: `${key}: its profile ${by} is on in .env, so homelab:services has it on` });
    return [name];
  });
}
