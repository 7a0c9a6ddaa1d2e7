import { Argument } from "commander";
import { loadHomelab } from "../../model/load.js";
import { examples, ownCommand, runCommand, stackOfProject } from "../lib/command.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { completionFor, namesIn, SHELLS, wordsAfter } from "./completion.js";
import type { Shell } from "./completion.js";

/** What the printed script asks for at each press of the Tab key. */
const WORDS = "words";

function completion(shell: Shell | typeof WORDS, before: readonly string[]): void {
  if (shell !== WORDS) {
    console.log(completionFor(shell));
    return;
  }
  const project = projectDirectory();
  const names = (): ReturnType<typeof namesIn> =>
    namesIn(loadHomelab(stackOfProject(project), declarationDirectories(project)));
  console.log(wordsAfter(before, names).join("\n"));
}

void runCommand(
  ownCommand("completion", "Print what makes your shell complete commands, services and hosts after `homelab`.")
    .addArgument(new Argument("<shell>", "your shell").choices([...SHELLS, WORDS]))
    .argument("[before...]", "of words: what is typed already")
    .addHelpText("after", examples(['eval "$(npx homelab completion bash)"', "in ~/.bashrc; zsh likewise in ~/.zshrc"]))
    .action(completion),
);
