import { z } from "zod";
import { containerPath, normalPath, pathMistake } from "./grammar.js";
import { bytes, flag } from "./scalars.js";
import { REFUSED } from "./refused.js";
import { complaint, refuse } from "../yaml/complaint.js";
import type { Refusal } from "../yaml/complaint.js";
import { mapping } from "../yaml/schema.js";

/** Something mounted into a container. */
export type ComposeVolume =
  | {
      readonly type: "volume";
      readonly source: string | undefined;
      readonly target: string;
      readonly readOnly: boolean;
    }
  | {
      readonly type: "bind";
      /** Absolute on the host; as the file has it, it may be relative to the project. */
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** Let Docker make the directory on the host if it is missing. */
      readonly createHostPath: boolean;
      readonly propagation: string | undefined;
    }
  | {
      readonly type: "tmpfs";
      readonly target: string;
      /** Limit in bytes; undefined for none. */
      readonly size: number | undefined;
      /** Permissions, as chmod takes them. */
      readonly mode: number | undefined;
    };

const BEGIN = { prose: "begin it with /" };
const ABSOLUTE = { prose: "write an absolute path of the host, such as /srv/data" };
const HOME = complaint("relative-bind", "~ is a home folder, and a host does not know whose", ABSOLUTE);
const WINDOWS = complaint("relative-bind", "this is a path of Windows, and the host runs Linux", ABSOLUTE);
const WINDOWS_PATH = /^[A-Za-z]:[\\/]|\\/;

/** What is wrong with a path of a host. */
function sourceMistake(path: string): Refusal | undefined {
  if (WINDOWS_PATH.test(path)) {
    return WINDOWS;
  }
  if (path.startsWith("~")) {
    return HOME;
  }
  if (path.startsWith("/")) {
    return pathMistake(path);
  }
  return goesUp(path)
    ? complaint("malformed", `${path} contains . or ..`, { prose: `write ${normalSource(path)}` })
    : pathMistake(`/${belowProject(path)}`);
}

/** A path without the dots that it may begin with. */
const belowProject = (path: string): string => path.replace(/^(\.\.?\/)+|^\.\.?$/, "");
const goesUp = (path: string): boolean =>
  belowProject(path)
    .split("/")
    .some((step) => step === "." || step === "..");

/** A path that is relative to the project begins with a dot, as Compose wants it in the short form. */
const normalSource = (path: string): string => {
  const normal = normalPath(path);
  return /^(\/|\.\.?(\/|$))/.test(normal) ? normal : `./${normal}`;
};

/** On the host, or relative to the project. */
const hostPath = z.string().transform((path, context): string => {
  const mistake = sourceMistake(path);
  return mistake === undefined ? normalSource(path) : refuse(context, mistake);
});
const PROPAGATION = ["private", "rprivate", "shared", "rshared", "slave", "rslave"] as const;

const shortVolume = z.string().transform((text, context): ComposeVolume => {
  if (WINDOWS_PATH.test(text)) {
    return refuse(context, WINDOWS);
  }
  const [first = "", second, options = "", ...more] = text.split(":");
  const flags = options === "" ? [] : options.split(",");
  const unknown = flags.find((flag) => !["ro", "rw", "z", "Z"].includes(flag) && !isPropagation(flag));
  if (more.length > 0 || unknown !== undefined) {
    const prose = "write SOURCE:/path/in/container, with :ro behind it for read-only";
    return refuse(context, complaint("malformed", `"${text}" cannot be read`, { prose }));
  }
  const written = second ?? first;
  if (!written.startsWith("/")) {
    return refuse(context, complaint("malformed", `${written} is not a path in the container`, BEGIN));
  }
  const isPath = /^[./]/.test(first);
  const long = [...(isPath ? [first] : []), written].find(goesUp);
  if (long !== undefined) {
    const source = isPath ? normalSource(first) : first;
    const parts = second === undefined ? [source] : [source, normalPath(written), ...(options === "" ? [] : [options])];
    return refuse(context, complaint("malformed", `${long} contains . or ..`, { prose: `write ${parts.join(":")}` }));
  }
  const mistake = pathMistake(written) ?? (/^[./~]/.test(first) ? sourceMistake(first) : undefined);
  if (mistake !== undefined) {
    return refuse(context, mistake);
  }
  const target = normalPath(written);
  const readOnly = flags.includes("ro");
  if (second === undefined) {
    return { type: "volume", source: undefined, target, readOnly };
  }
  return /^[./]/.test(first)
    ? {
        type: "bind",
        source: normalSource(first),
        target,
        readOnly,
        createHostPath: true,
        propagation: flags.find(isPropagation),
      }
    : { type: "volume", source: first, target, readOnly };
});

const isPropagation = (flag: string): boolean => (PROPAGATION as readonly string[]).includes(flag);

const NO_COPY = complaint("unsupported-key", "Docker copies what the image has at that path into an empty volume", {
  prose: "remove nocopy",
});
const common = { target: containerPath, read_only: flag.default(false) };

/** What is refused of a mount, and what is for other types of mounts. */
const others = (...types: readonly string[]): Readonly<Record<string, string>> => ({
  ...REFUSED["volumes[] (of a service)"],
  ...Object.fromEntries(types.map((type) => [type, `it is for type: ${type}; remove it`])),
});

const longVolume = z
  .discriminatedUnion("type", [
    mapping(
      {
        ...common,
        type: z.literal("volume"),
        source: z.string().optional(),
        volume: mapping(
          { nocopy: flag.refine((it) => !it, NO_COPY).optional() },
          REFUSED["volumes[].volume"],
        ).optional(),
      },
      others("bind", "tmpfs"),
    ).unwrap(),
    mapping(
      {
        ...common,
        type: z.literal("bind"),
        source: hostPath,
        bind: mapping(
          { create_host_path: flag.default(true), propagation: z.enum(PROPAGATION).optional() },
          REFUSED["volumes[].bind"],
        ).optional(),
      },
      others("volume", "tmpfs"),
    ).unwrap(),
    mapping(
      {
        type: z.literal("tmpfs"),
        target: containerPath,
        tmpfs: mapping({ size: bytes.optional(), mode: z.int().optional() }).optional(),
      },
      {
        ...others("volume", "bind"),
        source: "a tmpfs has none; remove it",
        read_only: "a tmpfs that nobody can write to is empty; remove it",
      },
    ).unwrap(),
  ])
  .transform((volume): ComposeVolume => {
    switch (volume.type) {
      case "volume":
        return { type: "volume", source: volume.source, target: volume.target, readOnly: volume.read_only };
      case "bind":
        return {
          type: "bind",
          source: volume.source,
          target: volume.target,
          readOnly: volume.read_only,
          createHostPath: volume.bind?.create_host_path ?? true,
          propagation: volume.bind?.propagation,
        };
      case "tmpfs":
        return { type: "tmpfs", target: volume.target, size: volume.tmpfs?.size, mode: volume.tmpfs?.mode };
    }
  });

/** What a service mounts, from the short and the long form. */
export const volumes = z.array(z.union([shortVolume, longVolume])).readonly();
