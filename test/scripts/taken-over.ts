import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { buildHomelab } from "../../model/build.js";
import { answersIn } from "../../scripts/add-service/answers.js";
import type { Answers } from "../../scripts/add-service/answers.js";
import { convertCompose } from "../../scripts/add-service/convert.js";
import type { Converted } from "../../scripts/add-service/convert.js";
import { CONFIG } from "../model/declare.js";

const FILE = "my/home/compose.yaml";

/** A Compose file as it is taken over as the project home, with answers. */
export const convertText = (text: string, answers: Answers): Converted =>
  convertCompose({
    stack: "test",
    text,
    file: "docker-compose.yml",
    name: "home",
    audience: answers.audience ?? [],
    answers,
    look: () => ({ kind: "missing" }),
  });

/** What the check says of it on a host of its own. */
export function problemsOf({ text }: Pick<Converted, "text">): readonly Problem[] {
  const files: Readonly<Record<string, string>> = {
    "Pulumi.test.yaml": CONFIG.replace("role: nas", "services: [my/home/compose.yaml]"),
    [FILE]: text,
  };
  try {
    buildHomelab("test", (path) => {
      const found = files[path];
      return found === undefined ? { problem: "is missing" } : { text: found };
    });
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}

/** What an answers file says. */
export function fileWith(text: string): Answers {
  const folder = mkdtempSync(join(tmpdir(), "answers-"));
  try {
    writeFileSync(join(folder, "answers.yaml"), text);
    return answersIn(folder, "answers.yaml");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
