import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../yaml/problem.js";
import type { Project } from "./project.js";

/** Two Compose files of a host that give a network or a volume the same name mean one, so they have to say the same of it. */
export const checkShared = (projects: readonly Project[]): Problem[] => [
  ...check(projects, "networks", (project) => project.networks),
  ...check(projects, "volumes", (project) => project.volumes),
];

function check(
  projects: readonly Project[],
  section: "networks" | "volumes",
  of: (project: Project) => readonly { readonly name: string }[],
): Problem[] {
  const known = new Map<string, { readonly it: object; readonly file: string }>();
  return projects.flatMap((project) =>
    of(project).flatMap((it): Problem[] => {
      const other = known.get(it.name);
      known.set(it.name, other ?? { it, file: project.source.file });
      if (other === undefined || isDeepStrictEqual(other.it, it)) {
        return [];
      }
      const keys = section === "networks" ? project.networkKeys : project.volumeKeys;
      const message = `${other.file} declares ${it.name} otherwise`;
      const prose = "say the same of it in both, or external: true in one of them";
      return [
        project.source.problem([section, keys[it.name] ?? it.name], `conflicting-${section}`, message, { prose }),
      ];
    }),
  );
}
