import { posix } from "node:path";
import { z } from "zod";
import { OWN_LABELS, ROUTER_RULE, WATCHTOWER_LABEL } from "../labels.js";
import { SecretText } from "../text.js";
import { complaint, form, refuse } from "../yaml/complaint.js";
import type { Refusal } from "../yaml/complaint.js";

// The grammar of what a Compose file names: that of Docker, of the kernel or of DNS, so that a name which no program would
// take is refused where it is written, and none is a path, an option or a command to a program on the way.

const wrong = (pattern: RegExp, what: string, prose: string): z.ZodString => form(pattern, what, { prose });

/** Of containers, networks and volumes. Docker sets no limit; their names become those of files and of units. */
export const dockerName = wrong(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/,
  "is not a name that Docker accepts",
  "use 2 to 128 letters, digits and _ . - with a letter or a digit first",
);
export const plugin = wrong(
  /^[a-zA-Z0-9][a-zA-Z0-9_./:-]{0,127}$/,
  "is not the name of a Docker plugin or runtime",
  "use letters, digits and _ . / : -",
);
const HOST = /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)*$/;
/** RFC 1123, and underscores, which containers are called with. */
export const hostName = wrong(
  HOST,
  "is not a host name",
  "use letters, digits and dashes, with dots between the parts",
);
export const searchDomain = wrong(
  new RegExp(`${HOST.source}|^\\.$`),
  "is not a domain",
  "use letters, digits and dashes, with dots between the parts",
);
/** Empty for that of the image. */
export const account = wrong(
  /^([a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31}(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31})?)?$/,
  "is not a user",
  'write "1000:1000", or names that the image knows',
);
export const group = wrong(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31}$/, "is not a group", "write its number or its name");
const variableName = wrong(/^[^=\s]+$/, "is not the name of a variable", "write it without spaces and =");
export const capability = wrong(/^[A-Z][A-Z_]{1,40}$/, "is not a capability", "write it in capitals, as in NET_ADMIN");
export const securityOption = wrong(
  /^[a-z-]+([=:][!-~]+)?$/,
  "is not a security option",
  "write it as in no-new-privileges:true",
);
/** As Docker itself has it. */
export const cgroupRule = wrong(
  /^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/,
  "is not a rule for devices",
  'write "c 1:3 rwm"',
);
export const cgroupParent = wrong(
  /^(?!.*\.\.)[a-zA-Z0-9_./@:-]{1,200}$/,
  "is not a control group",
  "write the name of a slice, as in media.slice",
);
export const signal = wrong(/^(\d{1,2}|[A-Z][A-Z0-9]+([+-]\d{1,2})?)$/, "is not a signal", "write it as in SIGINT");
export const cpus = wrong(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, "is not a list of CPUs", 'write "0-2,4"');
export const resolverOption = wrong(/^[a-z0-9-]+(:\d+)?$/, "is not an option for DNS", 'write it as in "ndots:2"');
export const platform = wrong(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/, "is not a platform", "write linux/arm64");
export const profile = wrong(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "is not a profile", "use letters, digits and _ . -");

/** Keys of a mapping that are not of one form are problems of their own, each at its line. */
const keysOf =
  <Map extends Readonly<Record<string, unknown>>>(mistake: (key: string, value: unknown) => Refusal | undefined) =>
  (map: Map, context: z.RefinementCtx<Map>): void => {
    for (const [key, value] of Object.entries(map)) {
      const found = mistake(key, value);
      if (found !== undefined) {
        context.addIssue({ code: "custom", path: [key], message: found.error, params: found.params, input: map });
      }
    }
  };

/** Labels by which the program knows what is its own are not for files, and the names of routes go into DNS. */
export const ownersLabels = keysOf((key, value) => {
  if (key === WATCHTOWER_LABEL) {
    return complaint("reserved-name", `${key} is set by x-homelab`, { prose: "write updates: automatic there" });
  }
  if (ROUTER_RULE.test(key) && value instanceof SecretText) {
    return complaint("malformed", "is a route with a secret in it", { prose: "write the host's name there" });
  }
  return key === "" || key.startsWith(OWN_LABELS)
    ? complaint("reserved-name", `"${key}" is a label reserved for this program`, {
        prose: `choose a name that does not begin with ${OWN_LABELS}`,
      })
    : undefined;
});

export const variableNames = keysOf((key) => (variableName.safeParse(key).success ? undefined : NO_VARIABLE));
const NO_VARIABLE = complaint("malformed", "is not the name of a variable", {
  prose: "write it without spaces and =",
});

export const kernelNames = keysOf((key) =>
  /^[a-z0-9_]+([./][a-zA-Z0-9_-]+)+$/.test(key)
    ? undefined
    : complaint("malformed", "is not a kernel setting", { prose: "write it as in net.core.somaxconn" }),
);

/** Option of a network with the name of its bridge, which firewall rules name. */
const BRIDGE_OPTION = "com.docker.network.bridge.name";
export function networkOptions(map: Record<string, string>, context: z.RefinementCtx<Record<string, string>>): void {
  const bridge = map[BRIDGE_OPTION];
  if (bridge !== undefined && !/^[a-z0-9][a-z0-9.-]{0,14}$/.test(bridge)) {
    const { error, params } = complaint("malformed", `"${bridge}" is not the name of a bridge`, {
      prose: "use up to 15 small letters, digits, dots and dashes",
    });
    context.addIssue({ code: "custom", path: [BRIDGE_OPTION], message: error, params, input: map });
  }
}

const LONGEST_PATH = 1000;
const LONGEST_STEP = 200;

/** What is wrong with an absolute path, of a host or in a container. */
export function pathMistake(path: string): Refusal | undefined {
  const steps = path.split("/");
  if (steps.includes("..") || steps.includes(".")) {
    return complaint("malformed", `${path} contains . or ..`, { prose: `write ${posix.normalize(path)}` });
  }
  if (/[:\p{Cc}]/u.test(path)) {
    return complaint("malformed", "is a path with a colon or a control character, which Docker would misread", {
      prose: "choose another name",
    });
  }
  if (path.length > LONGEST_PATH || steps.some((step) => step.length > LONGEST_STEP)) {
    const prose = `write at most ${LONGEST_PATH} characters, and ${LONGEST_STEP} between two slashes`;
    return complaint("malformed", "is too long for a path", { prose });
  }
  return undefined;
}

/** The path in the one form that Docker keeps, too: no slash twice, and none at the end. */
export const normalPath = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");

const NO_CONTAINER_PATH = complaint("malformed", "is not a path in the container", { prose: "begin it with /" });

/** A path in a container. */
export const containerPath = z.string().transform((path, context): string => {
  const mistake = path.startsWith("/") ? pathMistake(path) : NO_CONTAINER_PATH;
  return mistake === undefined ? normalPath(path) : refuse(context, mistake);
});

/** `/path`, or `/path:options` as mount(8) takes them. */
export const tmpfsMount = z.string().transform((text, context): string => {
  const [path = "", options, ...more] = text.split(":");
  const mistake = path.startsWith("/") ? pathMistake(path) : undefined;
  if (mistake !== undefined) {
    return refuse(context, mistake);
  }
  if (!path.startsWith("/") || more.length > 0 || (options !== undefined && !/^[a-z0-9_=,.%-]*$/i.test(options))) {
    return refuse(context, complaint("malformed", "is not a tmpfs", { prose: 'write "/run:size=16m"' }));
  }
  return options === undefined ? normalPath(path) : `${normalPath(path)}:${options}`;
});
