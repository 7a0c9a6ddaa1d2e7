import { z } from "zod";
import { GENERATION_LABEL } from "../../../model/labels.js";
import type { Fields } from "../../lib/secret-values.js";
import type { SeenContainer } from "./objects.js";

// What the Docker provider does not read back of a container, and so cannot compare itself: resourceDockerContainerRead of
// github.com/kreuzwerker/terraform-provider-docker.

const declared = z.object({
  envs: z.array(z.string()).default([]),
  labels: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  mounts: z.array(z.object({ target: z.string() })).default([]),
  volumes: z
    .array(
      z.object({
        containerPath: z.string(),
        hostPath: z.string().default(""),
        volumeName: z.string().default(""),
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
  networksAdvanced: z
    .array(
      z.object({
        name: z.string(),
        aliases: z.array(z.string()).default([]),
        ipv4Address: z.string().default(""),
      }),
    )
    .default([]),
});
type Declared = z.infer<typeof declared>;

/**
 * What of a container is not as it is declared.
 *
 * @param inputs of its resource, with secrets decrypted
 * @returns in words; empty where nothing is
 */
export function differencesOf(inputs: Fields, seen: SeenContainer): string[] {
  const wanted = declared.parse(inputs);
  const same = {
    environment: sameLists(wanted.envs, seen.env, seen.image.env),
    labels: sameLists(
      wanted.labels.filter(({ label }) => label !== GENERATION_LABEL).map(({ label, value }) => `${label}=${value}`),
      assignments(seen.labels).filter((it) => !it.startsWith(`${GENERATION_LABEL}=`)),
      assignments(seen.image.labels),
    ),
    volumes: sameVolumes(wanted, seen),
    networks: sameNetworks(wanted, seen),
  };
  return Object.entries(same).flatMap(([what, isSame]) => (isSame ? [] : [what]));
}

/** Does it have all that is declared, and nothing else but what its image brings? */
function sameLists(wanted: readonly string[], has: readonly string[], ofImage: readonly string[]): boolean {
  return (
    wanted.every((it) => has.includes(it)) &&
    has.every(
      (it) => wanted.includes(it) || (ofImage.includes(it) && !wanted.some((own) => nameOf(own) === nameOf(it))),
    )
  );
}

const assignments = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`);

const nameOf = (assignment: string): string => assignment.split("=", 1)[0] ?? "";

/** Docker names a volume that nobody named by 64 digits. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** The provider reads `mounts` itself, and what is in memory alone has no name. */
function sameVolumes({ volumes, mounts }: Declared, seen: SeenContainer): boolean {
  const others = mounts.map(({ target }) => target);
  const has = seen.mounts
    .filter(({ Type, Destination }) => Type !== "tmpfs" && !others.includes(Destination))
    .map(({ Type, Name, Source, Destination, RW }) => {
      const source = Type !== "volume" ? Source : ANONYMOUS.test(Name) ? "" : Name;
      return { text: [Destination, source, RW].join(" "), anonymous: source === "" };
    });
  const wanted = volumes.map(({ containerPath, hostPath, volumeName, readOnly }) =>
    [containerPath, hostPath || volumeName, !readOnly].join(" "),
  );
  return (
    wanted.every((it) => has.some(({ text }) => text === it)) &&
    has.every(({ text, anonymous }) => anonymous || wanted.includes(text))
  );
}

/** How many digits of its ID a container has as a name in its networks. */
const SHORT_ID = 12;

/** A container without networks of its own is in that of its mode, which the provider reads itself. */
function sameNetworks({ networksAdvanced: wanted }: Declared, { id, networks }: SeenContainer): boolean {
  const has = Object.values(networks);
  return (
    wanted.length === 0 ||
    (has.length === wanted.length &&
      wanted.every(({ name, aliases, ipv4Address }) => {
        const there = has.find(({ NetworkID }) => NetworkID === name);
        const names = there?.Aliases.filter((it) => it !== id.slice(0, SHORT_ID)) ?? [];
        return (
          there !== undefined &&
          [...new Set(names)].sort().join(" ") === [...new Set(aliases)].sort().join(" ") &&
          (there.IPAMConfig?.IPv4Address ?? "") === ipv4Address
        );
      }))
  );
}
