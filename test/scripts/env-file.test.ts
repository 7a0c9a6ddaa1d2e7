import { parseEnvFile } from "../../scripts/add-service/env-file.js";

test.each<[string, Record<string, string>]>([
  ["", {}],
  ["# A=b\n\n", {}],
  ["A=b", { A: "b" }],
  ["export A=b\r\nB = c d ", { A: "b", B: "c d" }],
  ["A=b # c\nB=b#c", { A: "b", B: "b#c" }],
  ["A='b # $c'", { A: "b # $$c" }],
  ['A="b # $c\\n\\"d\\""', { A: 'b # $c\n"d"' }],
  ["A=\nB=c=d", { A: "", B: "c=d" }],
  ["A=b\nA=c", { A: "c" }],
])("%j", (text, variables) => {
  expect(Object.fromEntries(parseEnvFile(text))).toEqual(variables);
});
