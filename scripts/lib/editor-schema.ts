import { dirname, join, relative } from "node:path";
import { PROGRAM } from "./project.js";

const MARK = "# yaml-language-server:";

/** A YAML file with the line before it by which editors find its schema; one that has such a line keeps it. */
export const withSchema = (file: string, text: string, schema: "stack" | "compose"): string =>
  text.startsWith(MARK)
    ? text
    : `${MARK} $schema=${relative(dirname(file), join(PROGRAM, "schemas", `${schema}.json`))}\n${text}`;
