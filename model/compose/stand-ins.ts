import type { z } from "zod";
import { complaintsIn } from "../yaml/explain.js";
import type { Located } from "../yaml/explain.js";
import type { Path } from "../yaml/source.js";

type Entries = Readonly<Record<string, unknown>>;

/** Which names each section of a Compose file takes. */
export type Names = Readonly<Record<string, z.ZodString>>;

/** A Compose file in which every name is one that its section takes. */
export interface Named {
  readonly data: unknown;
  /** What is wrong with each name that was replaced, at its own place. */
  readonly complaints: readonly Located[];
  /** A path with the names that the owner wrote. */
  readonly original: (path: Path) => Path;
  /** The same sections, with the names that the owner wrote. */
  readonly restore: <File extends object>(file: File) => File;
}

/**
 * Puts another name in the place of each that is not allowed, so that what has the name is read and judged as well: a
 * mistake in a name hides none behind it.
 */
export function withStandIns(data: unknown, names: Names): Named {
  const complaints: Located[] = [];
  const written = new Map<string, string>(); // by section and stand-in
  const standInFor = (section: string, name: string, schema: z.ZodString, taken: Entries): string => {
    const result = schema.safeParse(name, { reportInput: true });
    if (result.success) {
      return name;
    }
    complaints.push(...complaintsIn(result.error.issues, [section, name]));
    let i = complaints.length;
    while (Object.hasOwn(taken, `stand-in-${i}`)) {
      i += complaints.length;
    }
    written.set(keyOf(section, `stand-in-${i}`), name);
    return `stand-in-${i}`;
  };
  const originalOf = (section: unknown, name: unknown): string | undefined =>
    written.get(keyOf(String(section), String(name)));
  const replaced = mapSections(data, (section, entries) => {
    const schema = Object.hasOwn(names, section) ? names[section] : undefined;
    return schema === undefined ? entries : renamed(entries, (name) => standInFor(section, name, schema, entries));
  });
  return {
    data: replaced,
    complaints,
    original: (path) => path.map((step, i) => (i === 1 ? (originalOf(path[0], step) ?? step) : step)),
    restore: (file) =>
      mapSections(file, (section, entries) =>
        renamed(entries, (name) => originalOf(section, name) ?? name),
      ) as typeof file,
  };
}

const keyOf = (section: string, name: string): string => JSON.stringify([section, name]);

const isEntries = (it: unknown): it is Entries => typeof it === "object" && it !== null && !Array.isArray(it);

/** The same with other sections; what is no mapping stays. */
const mapSections = (file: unknown, by: (section: string, entries: Entries) => Entries): unknown =>
  isEntries(file)
    ? Object.fromEntries(Object.entries(file).map(([key, it]) => [key, isEntries(it) ? by(key, it) : it]))
    : file;

/** The same entries in the same order, under other names. */
const renamed = (entries: Entries, by: (name: string) => string): Entries =>
  Object.fromEntries(Object.entries(entries).map(([name, it]) => [by(name), it]));
