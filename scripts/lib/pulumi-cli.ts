import { join } from "node:path";
import { run } from "./process.js";
import type { RunOptions, RunResult } from "./process.js";
import { PROGRAM } from "./project.js";

/** The Pulumi CLI on one stack of one project. */
export class PulumiCli {
  constructor(
    /** Directory of Pulumi.yaml. */
    readonly directory: string,
    readonly stack: string,
    readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** Runs `pulumi ARGS --stack STACK` to its end; a failure is an exit code. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const cli = join(PROGRAM, "node_modules/.bin/pulumi");
    return run(cli, [...args, "--stack", this.stack, "--non-interactive", "--color", "never"], {
      ...options,
      cwd: this.directory,
      env: { ...this.env, ...options.env },
    });
  }

  /** The same for what must succeed. */
  async must(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(args, options);
    if (exitCode !== 0) {
      throw new Error(`pulumi ${args.join(" ")} failed:\n${stderr || stdout}`);
    }
    return stdout;
  }

  /** Encrypts a secret into the stack's configuration. The value goes by standard input: arguments can be seen. */
  async setSecret(name: string, value: string): Promise<void> {
    await this.must(["config", "set", "--secret", "--path", `homelab:secrets.${name}`], { input: value });
  }

  /** The stack's outputs; empty before the first deployment. */
  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.must(["stack", "output", "--json"])) as Record<string, unknown>;
  }
}
