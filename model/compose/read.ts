import type { Complaint } from "../yaml/complaint.js";
import { complaintsOf } from "../yaml/schema.js";
import type { Problem } from "../yaml/problem.js";
import type { Path, Source } from "../yaml/source.js";
import { composeFile, NAMES } from "./file.js";
import type { ComposeFile } from "./file.js";
import { withStandIns } from "./stand-ins.js";

/** A part of a Compose file that was left out because it is malformed. */
export interface Lost {
  readonly path: Path;
  /** A key that is refused for a reason of its own: nothing else of the file is missing without it. */
  readonly refused: boolean;
}

/** A Compose file, as far as it can be read. */
export interface ReadCompose {
  /** What is left without the malformed parts; undefined if that is no Compose file. */
  readonly file: ComposeFile | undefined;
  /** What is malformed. */
  readonly malformed: readonly Problem[];
  readonly lost: readonly Lost[];
  /** Problems of what is left, at the places where it is in the file as it was written. */
  readonly source: Source;
}

/** A mistake may hide another in the same place; none is hidden by more than a few. */
const MOST_ROUNDS = 10;

/**
 * Reads a Compose file, and leaves out what is malformed, so that the rest of it can be judged as well: the owner sees all
 * problems at once.
 *
 * @param given the file's data, with its variables replaced
 */
export function readCompose(given: unknown, source: Source): ReadCompose {
  const malformed: Problem[] = [];
  const lost: Lost[] = [];
  const gaps = new Gaps();
  const named = withStandIns(given, NAMES);
  const original = (path: Path): Path => gaps.original(named.original(path));
  for (const { path, code, message, remedies } of named.complaints) {
    malformed.push(source.problem(path, code, message, ...remedies));
  }
  const result = (file: ComposeFile | undefined): ReadCompose => ({
    file,
    malformed,
    lost,
    source: {
      ...source,
      problem: (path, ...rest) => source.problem(gaps.original(path), ...rest),
    },
  });
  let data = named.data;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { data: file, complaints } = complaintsOf(composeFile, data);
    if (file !== undefined) {
      return result(named.restore(file));
    }
    const places = complaints.map(({ path, code }) => placeOf(path, code));
    const before = [...lost];
    for (const [i, { path, code, message, remedies, meant }] of complaints.entries()) {
      const place = original(path);
      if (!before.some((it) => leadsTo(it.path, place))) {
        malformed.push(source.problem(place, code, message, ...remedies));
      }
      lost.push({ path: original(places[i] ?? path), refused: code === "unsupported-key" });
      if (meant !== undefined) {
        lost.push({ path: [...place.slice(0, -1), meant], refused: false });
      }
    }
    if (places.some((path) => path.length === 0)) {
      return result(undefined); // it has no services, or is no mapping
    }
    // From the end, so that the place of an entry in its list still counts.
    const last = [...places].sort(comparePaths).reverse();
    data = last.reduce((all, path, i) => (i > 0 && isSame(path, last[i - 1]) ? all : without(all, path)), data);
    gaps.add(last.map(named.original));
  }
  return result(undefined);
}

/** Is what is said of a place only what another leads to that is not there any more: around it, or in the same list? */
function leadsTo(lost: Path, path: Path): boolean {
  const list = typeof lost.at(-1) === "number" ? lost.slice(0, -1) : lost;
  return isWithin(lost, path) || isWithin(path, list);
}

/** What has to go: a value, or what cannot be without the value that it lacks. A service can be judged without its image. */
const placeOf = (path: Path, code: Complaint["code"]): Path =>
  code === "missing-value" && !isImage(path) ? path.slice(0, -1) : path;

const isImage = ([section, , key, ...rest]: Path): boolean =>
  section === "services" && key === "image" && rest.length === 0;

/** Data without the value at a path; in place of an image there is one that nobody has. */
function without(data: unknown, path: Path, at: Path = []): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof data !== "object" || data === null) {
    return data;
  }
  if (Array.isArray(data)) {
    const list: readonly unknown[] = data;
    return rest.length === 0
      ? list.filter((_, i) => i !== Number(step))
      : list.map((it, i) => (i === Number(step) ? without(it, rest, [...at, step]) : it));
  }
  if (rest.length > 0) {
    const value: unknown = Object.hasOwn(data, step) ? (data as Readonly<Record<string, unknown>>)[step] : undefined;
    return { ...data, [step]: without(value, rest, [...at, step]) };
  }
  return isImage([...at, step])
    ? { ...data, image: `${String(at[1])}:0` }
    : Object.fromEntries(Object.entries(data).filter(([key]) => key !== step));
}

/** Which entries of lists were left out, so that those behind them are found where they were written. */
class Gaps {
  /** Positions as they were written, in order, by the path of the list as it was written. */
  private readonly positions = new Map<string, readonly number[]>();

  add(paths: readonly Path[]): void {
    const originals = paths.map((path) => this.original(path));
    for (const path of originals) {
      const last = path.at(-1);
      if (typeof last === "number") {
        const list = keyOf(path.slice(0, -1));
        const known = new Set([...(this.positions.get(list) ?? []), last]);
        this.positions.set(
          list,
          [...known].sort((a, b) => a - b),
        );
      }
    }
  }

  /** Where something is in the file as it was written. */
  original(path: Path): Path {
    return path.reduce<Path>((at, step) => {
      const positions = typeof step === "number" ? (this.positions.get(keyOf(at)) ?? []) : [];
      return [...at, positions.reduce<string | number>((i, gap) => (gap <= Number(i) ? Number(i) + 1 : i), step)];
    }, []);
  }
}

const keyOf = (path: Path): string => JSON.stringify(path);
const isSame = (one: Path, other: Path | undefined): boolean => other !== undefined && keyOf(one) === keyOf(other);

/** In the order of the file's lists; what is around something comes before it. */
function comparePaths(one: Path, other: Path): number {
  const i = one.findIndex((step, at) => step !== other[at]);
  const [a, b] = [one[i], other[i]];
  if (i === -1 || b === undefined) {
    return one.length - other.length;
  }
  return typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1;
}

/** Is a place at another, or within it? */
export const isWithin = (path: Path, outer: Path): boolean => outer.every((step, i) => path[i] === step);
