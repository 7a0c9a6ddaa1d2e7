import { join } from "node:path";
import { isatty } from "node:tty";
import type * as Automation from "@pulumi/pulumi/automation/index.js";
import type {
  EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  Stack,
  StackSummary,
} from "@pulumi/pulumi/automation/index.js";
import { secretPath } from "../../model/compose/names.js";
import { damagedState } from "./backend.js";
import { UserError } from "./command.js";
import { ENGINE_VERSION, engineFolder, engineOf, hasEngine } from "./engine.js";
import { lackError, LACKS } from "./lacks.js";
import type { Lack } from "./lacks.js";
import { lackOfStack } from "./lack-of-stack.js";
import type { Operation, Operations, StateResource } from "./operation.js";
import { passphraseFor } from "./passphrase.js";
import { run } from "./process.js";
import type { RunOptions, RunResult } from "./process.js";
import { PROGRAM } from "./project.js";

interface StateOfStack {
  readonly resources?: readonly StateResource[];
}

/** Loaded at its first use, since it takes longer than all the rest of a command. */
const automation = (): Promise<typeof Automation> => import("@pulumi/pulumi/automation/index.js");

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
   * what it has begun.
   *
   * @param show is given what the engine prints, as it comes
   * @throws UserError if there is no such stack
   */
  async operate<Kind extends keyof Operations>(
    kind: Kind,
    options: Operations[Kind] = {},
    show: (text: string, from: "stdout" | "stderr") => void = () => undefined,
  ): Promise<Operation> {
    const { CommandError } = await automation();
    const stack = await this.select();
    const events: EngineEvent[] = [];
    let output = "";
    const print =
      (from: "stdout" | "stderr") =>
      (text: string): void => {
        output += text;
        show(text, from);
      };
    const interrupt = new AbortController();
    const stop = (signal: NodeJS.Signals): void => {
      // A terminal sends Ctrl-C to the engine as well, for which a second one means to stop at once.
      if (signal === "SIGTERM" || ![0, 1, 2].some((fd) => isatty(fd))) {
        interrupt.abort();
      }
      interrupted = true;
    };
    let interrupted = false;
    process.on("SIGINT", stop).on("SIGTERM", stop);
    try {
      await stack[kind]({
        color: "never",
        ...(kind === "up" && { showSecrets: false }),
        ...options,
        onEvent: (event) => {
          events.push(event);
          options.onEvent?.(event);
        },
        onOutput: print("stdout"),
        onError: print("stderr"),
        signal: AbortSignal.any([interrupt.signal, ...(options.signal === undefined ? [] : [options.signal])]),
      });
      return { ok: true, output, events, interrupted };
    } catch (error) {
      if (error instanceof CommandError) {
        return { ok: false, output, events, interrupted };
      }
      throw error;
    } finally {
      process.off("SIGINT", stop).off("SIGTERM", stop);
    }
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
        throw lackError(this.lackIn(error.message));
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
      throw new UserError(`pulumi ${args.join(" ")} failed:\n${(stderr || stdout).trimEnd()}`);
    }
    return stdout;
  }
}
