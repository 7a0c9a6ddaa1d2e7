/** Passes on what the engine prints, as it comes. */
export const toTerminal = (text: string, to: "stdout" | "stderr"): void => {
  process[to].write(text);
};

/** Whether the engine may use colours: on a terminal that has them, unless NO_COLOR asks for none. */
export const terminalColor = (): "always" | "never" =>
  process.stdout.isTTY && process.stdout.hasColors() ? "always" : "never";
