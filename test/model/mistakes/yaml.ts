import { inWiki, mistake, WIKI } from "./homelab.js";
import type { Mistake } from "./homelab.js";

/** What is not YAML, or not as it was meant. */
export const IN_YAML: Readonly<Record<string, Mistake>> = {
  "a path of Windows in double quotes": mistake(
    inWiki("- wiki-data:/data", '- "C:\\data:/data"'),
    `${WIKI}:12 : a backslash in double quotes starts an escape that YAML does not know`,
    "use single quotes, or write \\\\",
    ['"C:\\data:/data"', "'/srv/data:/data'"],
  ),
  "one space too few": mistake(
    inWiki("    init:", "   init:"),
    `${WIKI}:15 : this line is indented by 3 spaces, its neighbours by 4`,
    "indent it by 4 spaces",
  ),
  "two spaces too many": mistake(
    inWiki("    init:", "      init:"),
    `${WIKI}:15 : this line is indented by 6 spaces, but line 14 above it already has a value`,
    "indent it by 4 spaces, as line 14",
  ),
  "one space too many, of the key before which there is no value": mistake(
    inWiki("    environment:", "     environment:"),
    `${WIKI}:4 : this line is indented by 5 spaces, but line 3 above it already has a value`,
    "indent it by 4 spaces, as line 3",
  ),
  "a tab": mistake(
    inWiki("    init:", "\tinit:"),
    `${WIKI}:15 : this line is indented by a tab`,
    "indent it with spaces",
    ["\t", "    "],
  ),
  "a colon that is missing": mistake(
    inWiki("init: true", "init true"),
    `${WIKI}:15 : this line has no colon`,
    "write KEY: VALUE, or KEY: above deeper lines",
    ["init true", "init: true"],
  ),
  "a colon that is missing above deeper lines": mistake(
    inWiki("environment:", "environment"),
    `${WIKI}:4 : this line has no colon`,
    "write KEY: VALUE, or KEY: above deeper lines",
    ["environment", "environment:"],
  ),
  "a blank that is missing": mistake(
    inWiki("init: true", "init:true"),
    `${WIKI}:15 : there is no space after the colon`,
    "write KEY: VALUE",
    ["init:true", "init: true"],
  ),
  "a colon in a value": mistake(
    inWiki("init: true", "command: echo a: b"),
    `${WIKI}:15 : the value contains a colon and a space, as after a key`,
    "put the value in quotes",
    ["echo a: b", '"echo a: b"'],
  ),
  "a quotation mark that is not closed": mistake(
    inWiki('"8222"', '"8222'),
    `${WIKI}:9 : a quotation mark is opened and not closed`,
    'close it with "',
    ['"8222', '"8222"'],
  ),
  "a bracket that is not closed": mistake(
    inWiki("depends_on: [db]", "depends_on: [db"),
    `${WIKI}:14 : a bracket is opened and not closed`,
    "close it with ]",
    ["[db", "[db]"],
  ),
  "a key twice": mistake(
    inWiki("init: true", "init: true\n    init: true"),
    `${WIKI}:16 : this key appears twice`,
    "keep one of the two",
    ["    init: true\n", ""],
  ),
};
