import { stringify } from "yaml";

/** YAML whose strings are strings to every program: text that is made up at random may look like a number to some. */
export const quoted = (value: unknown): string => stringify(value, { defaultStringType: "QUOTE_DOUBLE" });
