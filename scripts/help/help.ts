import { COMMANDS, COMMAND_NAMES } from "../lib/commands.js";

const WIDTH = Math.max(...COMMAND_NAMES.map((name) => name.length));

/** Every command by purpose, a line each. */
export const helpText = (): string =>
  [
    "npm run COMMAND -- ARGUMENTS, or npx homelab COMMAND ARGUMENTS; --help after a command says more.",
    ...COMMANDS.flatMap(({ purpose, commands }) => [
      "",
      purpose,
      ...Object.entries(commands).map(([name, does]) => `  ${name.padEnd(WIDTH)}  ${does}`),
    ]),
  ].join("\n");
