import { examples, runCommand, stackCommand } from "../lib/command.js";
import { declaredService } from "../lib/find-service.js";
import { runAttached } from "../lib/on-host.js";

/** Runs a command in the container of a service, and ends with its exit code. */
async function exec(written: string, words: readonly string[], { stack }: { stack: string }): Promise<void> {
  const { host, service } = declaredService(stack, written);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const command = ["docker", "exec", "--interactive", ...(terminal ? ["--tty"] : []), service.name, ...words];
  process.exitCode = await runAttached({ host, stack }, command, { terminal, input: true });
}

void runCommand(
  stackCommand("exec", "Run a command in the container of a service, with your terminal if there is one.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .argument("<command...>", "the command and its arguments, after --")
    .addHelpText(
      "after",
      examples(
        ["npm run exec -- postgres -- psql -U woodpecker", "a database's own shell"],
        ["npm run exec -- traefik -- ls -l /etc/traefik", "exits with the exit code of ls"],
      ),
    )
    .action(exec),
);
