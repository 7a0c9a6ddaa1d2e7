import type { FileModel, ImageModel, ServiceModel } from "../types.js";
import type { DriftHost, Found } from "./findings.js";
import type { ProbeReport } from "./report.js";

/** What is declared for a host and not there, or, of files, not as it was made. */
export interface Missing {
  readonly found: readonly Found[];
  readonly containers: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  /** References of images. */
  readonly images: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** Paths, each below the name of its service. */
  readonly files: ReadonlySet<string>;
}

type Kind = "container" | "network" | "image" | "volume" | "file";

/** Everything that is declared for a host's Docker, a line each: what a host keeps of its last deployment. */
export function declaredOn({ services, networks, images, volumes }: Omit<DriftHost, "name" | "settings">): string[] {
  const lines = (kind: Kind, names: readonly string[]): string[] => names.map((name) => `${kind} ${name}`);
  return [
    ...lines("container", services.map(nameOf)),
    ...lines("network", networks.map(nameOf)),
    ...lines("image", images.map(referenceOf)),
    ...lines("volume", volumes.map(nameOf)),
    ...lines(
      "file",
      services.flatMap((it) => filesOf(it)),
    ),
  ].sort();
}

/**
 * What of the last deployment is not there any more, or never came to be. The engine takes for granted that all of its state
 * is there; of that, nothing is known here. What is new since the last deployment is not missing. A host that knows of no
 * deployment is new, or was reinstalled; then everything that is missing is made, and nothing is said of it.
 */
export function missingOn(host: DriftHost, report: ProbeReport): Missing {
  const before = report.declared === null ? undefined : new Set(report.declared);
  const isNew = before === undefined && Object.values(report.settings).every(({ digest }) => digest === null);
  const was = (kind: Kind, name: string): boolean => before?.has(`${kind} ${name}`) ?? true;

  const images = new Set(report.images?.map(plainReference));
  const states = new Map(report.files.map(({ path, state }) => [path, state]));
  const missing: Found[] = [];
  const lost = (kind: Kind, declared: readonly string[], there: readonly string[] | undefined): Set<string> => {
    const names = there === undefined ? [] : declared.filter((name) => was(kind, name) && !there.includes(name));
    const subject = (name: string): string => (kind === "container" ? name : `${kind} ${name}`);
    missing.push(...names.map((name): Found => ({ ...MISSING, name, subject: subject(name) })));
    return new Set(names);
  };

  const containers = lost("container", host.services.map(nameOf), report.containers?.map(nameOf));
  const networks = lost("network", host.networks.map(nameOf), report.networks?.map(nameOf));
  const references = host.images.map(referenceOf);
  const present = references.filter((reference) => images.has(plainReference(reference)));
  const lostImages = lost("image", references, report.images === null ? undefined : present);
  const volumes = lost("volume", host.volumes.map(nameOf), report.volumes ?? undefined);
  const lostFiles = lost(
    "file",
    host.services.flatMap((it) => filesOf(it)),
    [...states.keys()],
  );
  const altered = host.services.flatMap((service) =>
    filesOf(service).flatMap((path) => {
      const state = states.get(path);
      return state === undefined || state === "same" ? [] : [{ path, state, service: service.name }];
    }),
  );
  // One that was rolled back has its former files again: that is said of it.
  const byHand = altered.filter(({ service }) => !report.rolledBack?.some(({ name }) => name === service));
  missing.push(...byHand.map(({ path, state }): Found => ({ ...ALTERED[state], name: path, subject: `file ${path}` })));
  const files = new Set([...lostFiles, ...altered.map(({ path }) => path)]);

  // A container holds on to the file that it was started with, unless its folder is mounted.
  const stale = host.services
    .filter((service) => filesOf(service, isFixed).some((path) => files.has(path)))
    .map(nameOf);
  return {
    found: isNew ? [] : missing,
    containers: new Set([...containers, ...stale]),
    networks,
    images: lostImages,
    volumes,
    files,
  };
}

const MISSING = { kind: "container", code: "missing", words: "is not there" } as const;
const ALTERED = {
  changed: { kind: "container", code: "changed", words: "changed by hand" },
  "mode-changed": { kind: "container", code: "mode-changed", words: "has other permissions" },
  removed: { kind: "container", code: "removed", words: "removed by hand" },
} as const;

const nameOf = ({ name }: { readonly name: string }): string => name;
const referenceOf = ({ reference }: ImageModel): string => reference;

/** Where the files of a service are on its host, below the folder of all. */
const filesOf = ({ name, files }: ServiceModel, which: (file: FileModel) => boolean = () => true): string[] =>
  files.filter(which).map(({ path }) => `${name}${path}`);

const isFixed = ({ live }: FileModel): boolean => !live;

/** A reference as Docker lists it: without its own registry, and by the digest alone where there is one. */
export function plainReference(reference: string): string {
  const [named = "", digest] = reference.split("@");
  const short = named.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
  return digest === undefined ? short : `${short.replace(/:[^/:]+$/, "")}@${digest}`;
}
