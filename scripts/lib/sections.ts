import Table from "cli-table3";
import type { Section } from "../../model/outputs/output.js";

/** What outputs show, for the terminal. */
export const sectionsText = (sections: readonly Section[]): string =>
  sections.flatMap((section) => [section.title, bodyOf(section)]).join("\n");

function bodyOf(section: Section): string {
  if ("lines" in section) {
    return section.lines.join("\n");
  }
  const table = new Table({ head: [...section.head], style: { head: [], border: [] } });
  table.push(...section.rows.map((row) => [...row]));
  return table.toString();
}
