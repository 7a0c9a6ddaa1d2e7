import { SETTINGS } from "../../model/settings/index.js";

/** Where the table is. */
export const DOCUMENT = "docs/security.md";
const BEGIN = "<!-- `npm run docs` writes this table -->\n";
const END = "<!-- end of the table -->";

/** A document, with the table of what is watched between its marks. */
export function withTable(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${DOCUMENT} has no place for the table: ${BEGIN}${END}`);
  }
  return `${before}${BEGIN}\n${watchedTable()}\n${END}${after}`;
}

/** What is watched on a host, setting by setting. */
function watchedTable(): string {
  const rows = SETTINGS.map(({ name, watched: { healed, told = [] } }) => [
    `\`${name}\``,
    listed(healed),
    listed(told),
  ]);
  return ["| setting | detected and repaired | detected and reported |\n|---|---|---|", ...rows.map(rowOf), ""].join(
    "\n",
  );
}

const listed = (items: readonly string[]): string => items.join(" · ");
const rowOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
