import { buildHomelab } from "../../../model/build.js";
import { HomelabError } from "../../../model/yaml/problem.js";
import type { Problem } from "../../../model/yaml/problem.js";
import { remedyText } from "../../../model/yaml/remedy.js";
import { STACK } from "./homelab.js";
import type { Edit, Files, Follow } from "./homelab.js";

export function problemsIn(files: Files): readonly Problem[] {
  try {
    buildHomelab("test", (file) => {
      const text = files[file];
      return text === undefined ? { problem: "is missing" } : { text };
    });
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}

/** `file:line path: message` */
export const sentenceOf = ({ file, line, path, message }: Problem): string => `${file}:${line} ${path}: ${message}`;

/** The files after an edit. */
export function edited(files: Files, { file, from, to }: Edit): Files {
  const text = files[file] ?? "";
  expect([file, from, text.includes(from)]).toEqual([file, from, true]);
  return { ...files, [file]: text.replace(from, () => to) };
}

/** The files after somebody has done what the first hint says. */
export function followed(files: Files, { file, line, message, remedies }: Problem, follow: Follow | undefined): Files {
  const hint = remedies[0] === undefined ? "" : remedyText(remedies[0]);
  const lines = (files[file] ?? "").split("\n");
  const head = lines
    .slice(0, line - 1)
    .map((it) => `${it}\n`)
    .join("");
  const [there = ""] = lines.slice(line - 1);
  const tail = lines
    .slice(line)
    .map((it) => `\n${it}`)
    .join("");
  const withLine = (text: string): Files => ({ ...files, [file]: head + text + tail });
  if (typeof follow === "object") {
    const [from, to] = follow;
    expect([from, (there + tail).startsWith(from) || (there + tail).includes(from)]).toEqual([from, true]);
    return { ...files, [file]: head + (there + tail).replace(from, () => to) };
  }
  if (follow !== undefined) {
    const [, quoted, plain] = /^write (?:"([^"]*)"|(.*))$/.exec(hint) ?? [];
    expect([hint, there.includes(follow)]).toEqual([expect.stringMatching(/^write /), true]);
    return withLine(there.replace(follow, () => quoted ?? plain ?? ""));
  }
  const [, indent] = /^indent it by (\d+) spaces/.exec(hint) ?? [];
  if (indent !== undefined) {
    return withLine(" ".repeat(Number(indent)) + there.trimStart());
  }
  const [, entry, section = ""] = /^add (\S+:) under the top-level (\S+:)$/.exec(hint) ?? [];
  if (entry !== undefined) {
    return edited(files, { file, from: `\n${section}\n`, to: `\n${section}\n  ${entry}\n` });
  }
  const [, name] = /^write (container_name: \S+)$/.exec(hint) ?? [];
  if (name !== undefined) {
    return withLine(there.includes("container_name") ? `    ${name}` : `${there}\n    ${name}`);
  }
  if (hint.startsWith("remove it")) {
    return { ...files, [file]: head + tail.slice(1) };
  }
  const [, secret] = /^the secret (\S+) is not set$/.exec(message) ?? [];
  if (secret !== undefined) {
    return edited(files, {
      file: STACK,
      from: "secrets: {",
      to: `secrets: {${secret}: {secure: v1:x}, `,
    });
  }
  throw new Error(`nothing follows "${hint}" by itself`);
}
