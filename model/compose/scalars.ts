import { z } from "zod";
import { complaint, refuse } from "../yaml/complaint.js";
import type { Refusal } from "../yaml/complaint.js";

// Values that are one scalar, in every form in which Compose takes them. A variable always gives text, so numbers and switches
// are read from text, too.

/** A transform whose failure is a problem at this place. */
export function reading<In extends z.ZodType, Out>(
  schema: In,
  read: (value: z.output<In>) => Out | undefined,
  wrong: Refusal,
): z.ZodPipe<In, z.ZodTransform<Awaited<Out>, z.output<In>>> {
  return schema.transform((value, context) => {
    const result = read(value);
    return result === undefined ? refuse(context, wrong) : (result as Awaited<Out>);
  });
}

const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  on: true,
  false: false,
  no: false,
  n: false,
  off: false,
};

/** Text that a variable gave, or the word of an older YAML, as the value that it stands for. */
const fromText =
  (read: (text: string) => unknown) =>
  (value: unknown): unknown =>
    typeof value === "string" ? (read(value) ?? value) : value;

/** True or false. */
export const flag = z.preprocess(
  fromText((text) => SWITCHES[text.toLowerCase()]),
  z.boolean(),
);

const wholeOf = fromText((text) => (/^[-+]?\d{1,15}$/.test(text) ? Number(text) : undefined));
/** A whole number. */
export const whole = z.preprocess(wholeOf, z.int());
/** A whole number above zero. */
export const count = z.preprocess(wholeOf, z.int().positive());

/** A number above zero, with a fraction or without. */
export const share = z.preprocess(
  fromText((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined)),
  z.number().positive(),
);

/** Text, for which many write a number, that Compose refuses. */
export const quoted = (schema: z.ZodType<string>): z.ZodType<string> =>
  z.union([
    schema,
    z
      .number()
      .transform((value, context): never =>
        refuse(context, complaint("wrong-type", "must be a string", { prose: `write "${value}"` })),
      ),
  ]);

// Durations and amounts of memory are read here and not by packages such as ms or bytes, whose units are not Compose's.

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};
const UNITS = "ns|us|ms|s|m|h|d|w";
const DURATION = new RegExp(`^(?:\\d+(?:\\.\\d+)?(?:${UNITS}))+$`);
const AMOUNT = new RegExp(`(\\d+(?:\\.\\d+)?)(${UNITS})`, "g");

/** A duration such as `1m30s`, in seconds. */
export const duration = reading(
  z.string(),
  (value) =>
    DURATION.test(value)
      ? [...value.matchAll(AMOUNT)].reduce(
          (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (UNIT_SECONDS[unit] ?? 1),
          0,
        )
      : undefined,
  complaint("malformed", "is not a duration", { prose: "write a number with its unit, such as 30s or 1m30s" }),
);

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

const readBytes = (value: string | number): number | undefined => {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(String(value));
  return match === null ? undefined : Math.trunc(Number(match[1]) * (UNIT_BYTES[(match[2] ?? "").toLowerCase()] ?? 1));
};
const NO_AMOUNT = complaint("malformed", "is not an amount of memory", {
  prose: "write a number with its unit, such as 256m or 2g",
});
const textOrNumber = z.union([z.string(), z.number()]);

/** An amount of memory such as `512m`, in bytes. */
export const bytes = reading(textOrNumber, readBytes, NO_AMOUNT);

/** The same, or -1 for no limit. */
export const bytesOrUnlimited = reading(
  textOrNumber,
  (value) => (String(value) === "-1" ? -1 : readBytes(value)),
  NO_AMOUNT,
);
