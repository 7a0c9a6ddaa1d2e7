import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROGRAM } from "../../scripts/lib/project.js";
import { openLab } from "../lab.js";
import { arrive, change, leave, setUp, SIZE, status } from "./newcomer.js";
import type { Recording } from "./newcomer.js";
import { installBrowser, photograph } from "./pages.js";
import { screenOf, textOf } from "./screen.js";
import { svgOf } from "./svg.js";

// Makes the pictures of the documentation from a real run: a new user sets up two hosts of the lab, in a terminal.

const FOLDER = join(PROGRAM, "docs/pictures");
/** Glances is one of the real programs in the lab; a stand-in has no page worth a picture. */
const GLANCES = 61208;

/** @param middle of what is left out: from the first line that has the one to the last before the other */
async function draw(name: string, recording: Recording, middle?: readonly [RegExp, RegExp]): Promise<void> {
  const lines = leaveOut(await screenOf(recording, SIZE), middle);
  await writeFile(join(FOLDER, `${name}.svg`), svgOf(lines, SIZE.columns));
  console.log(`wrote docs/pictures/${name}.svg`);
}

type Lines = Awaited<ReturnType<typeof screenOf>>;

function leaveOut(lines: Lines, middle?: readonly [RegExp, RegExp]): Lines {
  if (middle === undefined) {
    return lines;
  }
  const [from, to] = middle.map((words) => lines.findIndex((spans) => words.test(textOf(spans))));
  const ellipsis = [{ text: "…", width: 1, colour: undefined, bold: false, dim: true }];
  return from === undefined || to === undefined || from < 0 || to < from
    ? lines
    : [...lines.slice(0, from), ellipsis, ...lines.slice(to)];
}

async function main(): Promise<void> {
  const lab = openLab(process.env["LAB_INSTANCE"] ?? "lab");
  await lab.assertUp();
  await installBrowser();
  await mkdir(FOLDER, { recursive: true });
  await arrive(lab);
  // The table of a first deployment is long and says little.
  await draw("setup", await setUp(lab), [/✓ Preview/, /Deploy now\?/]);
  await draw("deploy", await change(lab));
  await draw("status", await status(lab));
  const url = `http://${lab.host("pi5").address}:${GLANCES}`;
  await photograph(url, join(FOLDER, "glances.png"), { width: 1100, height: 620 });
  console.log("wrote docs/pictures/glances.png");
  await leave();
}

void main();
