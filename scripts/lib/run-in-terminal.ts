import { execa } from "execa";

/** Runs a program that asks its user on this terminal, as for the passphrase of a key. @returns whether it succeeded */
export async function runInTerminal(command: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa(command, args, { stdio: "inherit", reject: false });
  return exitCode === 0;
}
