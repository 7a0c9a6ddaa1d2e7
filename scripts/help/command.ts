import { ownCommand, runCommand } from "../lib/command.js";
import { helpText } from "./help.js";

void runCommand(
  ownCommand("help", "List the commands of this project by purpose.").action(() => {
    console.log(helpText());
  }),
);
