import type { Section } from "../../model/outputs/output.js";
import { framed } from "./table.js";

/** What outputs show, for the terminal. */
export const sectionsText = (sections: readonly Section[]): string =>
  sections.flatMap((section) => [section.title, bodyOf(section)]).join("\n");

const bodyOf = (section: Section): string =>
  "lines" in section ? section.lines.join("\n") : framed(section.head, section.rows);
