import { join } from "node:path";
import type { LocalWorkspace, PulumiCommand, Stack, StackSummary } from "@pulumi/pulumi/automation/index.js";
import { secretPath } from "../../model/compose/names.js";
import { damagedState } from "./backend.js";
import { UserError } from "./command.js";
import { secretValues } from "./config-secrets.js";
import { ENGINE_VERSION, engineFolder, engineOf, hasEngine } from "./engine.js";
import { lackError, LACKS } from "./lacks.js";
import type { Lack } from "./lacks.js";
import { lackOfStack } from "./lack-of-stack.js";
import { maskOf } from "./mask.js";
import type { Mask } from "./mask.js";
import type { Operation, Operations, StateResource } from "./operation.js";
import { passphraseFor } from "./passphrase.js";
import { run } from "./process.js";
import type { RunOptions, RunResult } from "./process.js";
import { PROGRAM } from "./project.js";
import { automation, runOperation } from "./run-operation.js";
import type { Show } from "./run-operation.js";
import { secretsIn } from "./secret-variables.js";

interface StateOfStack {
  readonly resources?: readonly StateResource[];
}

const DECRYPTED_CONFIG = ["config", "--show-secrets", "--json"] as const;

/** One stack of one project, through Pulumi's Automation API. */
export class PulumiStack {
  private selected: Promise<Stack> | undefined;

  /**
   * @param directory where Pulumi.yaml is
   * @param env added to this process's own environment
   */
  constructor(
    readonly directory: string,
    readonly name: string,
    readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /**
   * Runs an operation to its end; a failure of the engine is a result, not an exception. Ctrl-C lets the engine finish
   * what it has begun. No secret is in what it comes to.
   *
   * @param show is given what the engine prints, a line at a time; a secret that is encoded over several lines is hidden in
   *   the result alone
   * @throws UserError if there is no such stack
   */
  async operate<Kind extends keyof Operations>(
    kind: Kind,
    options: Operations[Kind] = {},
    show: Show = () => undefined,
  ): Promise<Operation> {
    const stack = await this.select();
    return runOperation(stack, kind, options, { show, mask: this.mask() });
  }

  /** What the state has, resource by resource; a parent comes before its children. */
  async resources(): Promise<readonly StateResource[]> {
    const stack = await this.select();
    const { deployment } = (await this.asked(() => stack.exportStack())) as { deployment: StateOfStack | null };
    return deployment?.resources ?? [];
  }

  /**
   * Takes a resource and all that depends on it out of the state.
   *
   * @throws UserError if the engine refuses
   */
  async forget(urn: string): Promise<void> {
    // The API could only import a whole state, which it first writes to a file with all secrets decrypted.
    await this.must(["state", "delete", urn, "--target-dependents", "--yes"]);
  }

  /** Has the state no resource, as before the first deployment and after the state was lost? */
  async isEmpty(): Promise<boolean> {
    const { workspace } = await this.select();
    const stacks = await this.stacksOf(workspace);
    return !stacks.some((it) => this.isNamed(it.name) && (it.resourceCount ?? 0) > 0);
  }

  /** The whole state, as JSON; its secrets stay encrypted, which they would not by the API. */
  async exportState(): Promise<string> {
    await this.select();
    return this.must(["stack", "export"]);
  }

  /**
   * Puts a state that was exported in the place of this one.
   *
   * @throws UserError if the engine refuses, as it does where the passphrase is another one
   */
  async importState(text: string): Promise<void> {
    await this.select();
    await this.must(["stack", "import"], { input: text });
  }

  /** The stack's outputs; empty before the first deployment. */
  async outputs(): Promise<Record<string, unknown>> {
    const { workspace } = await this.select();
    const outputs = await this.asked(() => workspace.stackOutputs(this.name));
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
  }

  /** Encrypts a secret, NAME or PROJECT/NAME, into the stack's configuration. */
  async setSecret(name: string, value: string): Promise<void> {
    // Not the API's setConfig, which passes the value as an argument, where every user of the machine can see it.
    await this.must(["config", "set", "--secret", "--path", secretPath(name)], { input: value });
  }

  /**
   * The value of a secret of the stack's configuration.
   *
   * @throws UserError if it is not set, or the passphrase does not open it
   */
  async getSecret(name: string): Promise<string> {
    return (await this.must(["config", "get", "--path", secretPath(name)])).replace(/\n$/, "");
  }

  /**
   * The stack, which has to be there.
   *
   * @throws UserError if it is not
   */
  select(): Promise<Stack> {
    return this.openOnce(false);
  }

  /** The stack, which is made if it is not there. */
  selectOrCreate(): Promise<Stack> {
    return this.openOnce(true);
  }

  private openOnce(create: boolean): Promise<Stack> {
    this.selected ??= this.open(create).catch((error: unknown) => {
      this.selected = undefined;
      throw error;
    });
    return this.selected;
  }

  /** What is missing before the engine can be asked anything. */
  get lack(): Lack | undefined {
    return lackOfStack(this.directory, this.name, { ...process.env, ...this.env });
  }

  /** Is there such a stack? @throws UserError where the state cannot be read */
  async exists(): Promise<boolean> {
    return (await this.stacksOf(await this.workspace())).some(({ name }) => this.isNamed(name));
  }

  private async open(create: boolean): Promise<Stack> {
    const { Stack } = await automation();
    const workspace = await this.workspace();
    if (!(await this.stacksOf(workspace)).some(({ name }) => this.isNamed(name))) {
      if (!create) {
        throw lackError(LACKS.noStack(this.name));
      }
      await this.must(["stack", "init", "--no-select"]);
    }
    const stack = await this.asked(() => Stack.select(this.name, workspace));
    // The API would start the engine three times more after each `up`, for what nobody here asks it.
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
    return stack;
  }

  private async workspace(): Promise<LocalWorkspace> {
    const { lack } = this;
    if (lack !== undefined) {
      throw lackError(lack);
    }
    const { LocalWorkspace } = await automation();
    const workspace = await LocalWorkspace.create({
      workDir: this.directory,
      pulumiCommand: await this.engine(),
      envVars: { ...this.environment, PULUMI_SKIP_UPDATE_CHECK: "1" },
    });
    // The API would make this the stack of whatever the owner runs next without --stack.
    workspace.selectStack = () => Promise.resolve();
    return workspace;
  }

  private stacksOf(workspace: Pick<LocalWorkspace, "listStacks">): Promise<readonly StackSummary[]> {
    return this.asked(() => workspace.listStacks());
  }

  /** What the engine answers. @throws UserError where it cannot, as where it cannot read the state */
  private async asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const { CommandError } = await automation();
    try {
      return await question();
    } catch (error) {
      if (error instanceof CommandError) {
        throw lackError(this.lackIn((await this.mask())(error.message)));
      }
      throw error;
    }
  }

  /** What is missing, where the engine has said that it cannot do something. */
  private lackIn(said: string): Lack {
    if (/incorrect passphrase/.test(said)) {
      return LACKS.wrongPassphrase(this.name);
    }
    const damaged = damagedState(this.directory, this.name, { ...process.env, ...this.env });
    return damaged === undefined ? LACKS.engineFailed(said) : LACKS.damagedState(damaged);
  }

  /** The configuration with its secrets decrypted, as JSON: for this process's memory alone. @throws UserError */
  decryptedConfig(): Promise<string> {
    return this.must(DECRYPTED_CONFIG);
  }

  /** Takes the secrets of the configuration and of the environment out of text. */
  private async mask(): Promise<Mask> {
    const env = { ...process.env, ...this.env };
    // What the engine cannot decrypt here it cannot print there. Ctrl-C is for its operation, whose last words are masked, too.
    const { stdout, exitCode } = hasEngine(env)
      ? await this.run(DECRYPTED_CONFIG, { group: true })
      : { stdout: "", exitCode: 1 };
    try {
      return maskOf([...(exitCode === 0 ? secretValues(stdout) : []), ...secretsIn(env)]);
    } catch {
      return () => "(hidden, since Pulumi's configuration cannot be read)\n";
    }
  }

  /** What the engine gets added to this process's own environment. */
  private get environment(): Readonly<Record<string, string>> {
    return { ...passphraseFor(this.name, { ...process.env, ...this.env }), ...this.env };
  }

  /** Some backends put the owner's name before it. */
  private readonly isNamed = (name: string): boolean => name === this.name || name.endsWith(`/${this.name}`);

  /** The engine itself, not npm's wrapper around it, which does not outlive Ctrl-C. */
  private async engine(): Promise<PulumiCommand> {
    const { PulumiCommand } = await automation();
    const env = { ...process.env, ...this.env };
    const root = engineFolder(env);
    // The wrapper downloads it to there.
    if (!hasEngine(env) && (await this.run(["version"])).exitCode !== 0) {
      throw lackError(LACKS.noEngine(ENGINE_VERSION, root));
    }
    return PulumiCommand.get({ root });
  }

  /** Runs `pulumi ARGS --stack STACK` for what the API does not have; a failure is an exit code. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const stack = args[0] === "version" ? [] : ["--stack", this.name];
    const env = { ...process.env, ...this.env };
    const cli = hasEngine(env) ? engineOf(env) : join(PROGRAM, "node_modules/.bin/pulumi"); // which downloads it
    return run(cli, [...args, ...stack, "--non-interactive", "--color", "never"], {
      ...options,
      cwd: this.directory,
      env: { ...this.environment, ...options.env },
    });
  }

  /**
   * The same for what must succeed.
   *
   * @throws UserError with what the engine said
   */
  async must(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(args, options);
    if (exitCode !== 0) {
      if (/incorrect passphrase/.test(stderr)) {
        throw lackError(LACKS.wrongPassphrase(this.name));
      }
      const said = (await this.mask())((stderr || stdout).trimEnd());
      throw new UserError(`pulumi ${args.join(" ")} failed:\n${said}`);
    }
    return stdout;
  }
}
