import { REFUSED } from "../../model/compose/refused.js";

/** Where the table of what is refused is. */
export const REFUSED_DOCUMENT = "docs/compose.md";
const BEGIN = "<!-- `npm run docs` writes this table -->\n";
const END = "<!-- end of the table -->";

/** A document, with the table of what is refused of Compose between its marks. */
export function withRefused(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${REFUSED_DOCUMENT} has no place for the table: ${BEGIN}${END}`);
  }
  return `${before}${BEGIN}\n${table()}\n${END}${after}`;
}

function table(): string {
  const rows = Object.entries(REFUSED).flatMap(([section, reasons]) =>
    Object.entries(reasons).map(([key, why]) => `| \`${key}\` | ${WHERE[section] ?? `\`${section}\``} | ${why} |`),
  );
  return ["| key | of | why, and what to write instead |\n|---|---|---|", ...rows, ""].join("\n");
}

const WHERE: Readonly<Record<string, string>> = { service: "a service", top: "the file" };
