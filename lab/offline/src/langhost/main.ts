// pulumi-language-nodejs: what a Pulumi CLI needs to run a Node program, and no more.
//
// The engine calls Run; we start `@pulumi/pulumi/cmd/run` of the program's own SDK and hand it the
// engine's resource monitor. There is no proxy in between, so every method that the SDK and the
// engine agree on (transforms, resource hooks, error hooks, ...) just works.
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as lang from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import { CHANNEL_OPTIONS, engineAddress, serve, toServiceError, unary } from "../serve";
import { runtimeOptions } from "./options";
import type { RuntimeOptions } from "./options";
import { programDependencies, requiredPackages } from "./packages";

declare const ENGINE_VERSION: string; // put in by the bundler

/** The SDK's run script exits so after it has printed the user's error itself. */
const EXIT_ERROR_ALREADY_SHOWN = 32;

const engine = engineAddress(process.argv.slice(2)) ?? "";
const children = new Set<ChildProcess>();

const options = (info: lang.ProgramInfo | undefined): RuntimeOptions =>
  runtimeOptions(info?.getOptions()?.toJavaScript() ?? {});

function resolveScript(script: string, directories: string[]): string | undefined {
  for (const dir of directories) {
    try {
      return createRequire(path.join(dir, "package.json")).resolve(`@pulumi/pulumi/cmd/${script}`);
    } catch {
      // the next directory may have it
    }
  }
  return undefined;
}

function start(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  stdio: StdioOptions,
): ChildProcess {
  const child = spawn(command, args, { env, cwd, stdio });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  failure?: Error;
}

function finished(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    child.once("error", (failure) => {
      resolve({ code: null, signal: null, failure });
    });
    child.once("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
}

function typescriptEnv({ typescript, tsconfig }: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
  };
}

async function run(request: lang.RunRequest): Promise<lang.RunResponse> {
  const info = request.getInfo();
  const opts = options(info);
  const programDirectory = info?.getProgramDirectory() || request.getPwd();
  const script = resolveScript("run", [programDirectory, request.getPwd()]);
  if (!script) {
    return new lang.RunResponse().setError(
      `@pulumi/pulumi is not installed where ${programDirectory} can find it. Has "npm install" been run?`,
    );
  }
  const flags: [string, string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engine],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["query-mode", String(request.getQuerymode())],
    ["parallel", String(request.getParallel())],
  ];
  const args = [
    ...opts.nodeargs,
    script,
    ...flags.filter(([, value]) => value !== "").flatMap(([flag, value]) => [`--${flag}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
  const env = {
    ...process.env,
    ...typescriptEnv(opts),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
  // The engine reads our stdout and stderr as the program's.
  const { code, signal, failure } = await finished(
    start(process.execPath, args, env, request.getPwd() || programDirectory, ["ignore", "inherit", "inherit"]),
  );
  const response = new lang.RunResponse();
  if (failure) {
    response.setError(`could not start ${process.execPath}: ${failure.message}`);
  } else if (code === EXIT_ERROR_ALREADY_SHOWN) {
    response.setBail(true);
  } else if (code !== 0) {
    response.setError(
      signal ? `Program was ended by signal ${signal}` : `Program exited with non-zero exit code: ${code}`,
    );
  }
  return response;
}

function getRequiredPackages(request: lang.GetRequiredPackagesRequest): lang.GetRequiredPackagesResponse {
  const response = new lang.GetRequiredPackagesResponse();
  for (const pkg of requiredPackages(request.getInfo()?.getProgramDirectory() || process.cwd())) {
    const dependency = new plugin.PackageDependency()
      .setName(pkg.name)
      .setKind(pkg.kind)
      .setVersion(pkg.version)
      .setServer(pkg.server);
    if (pkg.parameterization) {
      dependency.setParameterization(
        new plugin.PackageParameterization()
          .setName(pkg.parameterization.name)
          .setVersion(pkg.parameterization.version)
          .setValue(pkg.parameterization.value),
      );
    }
    response.addPackages(dependency);
  }
  return response;
}

function installDependencies(
  call: grpc.ServerWritableStream<lang.InstallDependenciesRequest, lang.InstallDependenciesResponse>,
): void {
  const request = call.request;
  const { packagemanager } = options(request.getInfo());
  const dir = request.getDirectory() || request.getInfo()?.getProgramDirectory() || process.cwd();
  const child = start(packagemanager, ["install"], process.env, dir, ["ignore", "pipe", "pipe"]);
  child.stdout?.on("data", (chunk: Buffer) => call.write(new lang.InstallDependenciesResponse().setStdout(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => call.write(new lang.InstallDependenciesResponse().setStderr(chunk)));
  void finished(child).then(({ code, failure }) => {
    if (failure || code !== 0) {
      call.emit(
        "error",
        toServiceError(failure ?? new Error(`${packagemanager} install failed with exit code ${code}`)),
      );
    } else {
      call.end();
    }
  });
}

/** Policy packs and providers that are Node programs with a PulumiPolicy.yaml or PulumiPlugin.yaml. */
function runPlugin(call: grpc.ServerWritableStream<lang.RunPluginRequest, lang.RunPluginResponse>): void {
  const request = call.request;
  const info = request.getInfo();
  const opts = options(info);
  const program = info?.getProgramDirectory() || request.getProgram();
  const analyzer = request.getKind() === "analyzer";
  const script = resolveScript(analyzer ? "run-policy-pack" : "run-plugin", [program, request.getPwd()]);
  if (!script) {
    call.emit("error", toServiceError(new Error(`@pulumi/pulumi is not installed where ${program} can find it.`)));
    return;
  }
  const args = analyzer ? [...request.getArgsList(), program] : [program, ...request.getArgsList()];
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const variable of request.getEnvList()) {
    const equals = variable.indexOf("=");
    env[variable.slice(0, equals)] = variable.slice(equals + 1);
  }
  const child = start(
    process.execPath,
    [...opts.nodeargs, script, ...args],
    { ...env, ...typescriptEnv(opts) },
    analyzer ? program : request.getPwd() || program,
    ["ignore", "pipe", "pipe"],
  );
  child.stdout?.on("data", (chunk: Buffer) => call.write(new lang.RunPluginResponse().setStdout(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => call.write(new lang.RunPluginResponse().setStderr(chunk)));
  call.on("cancelled", () => child.kill("SIGTERM"));
  void finished(child).then(({ code, failure }) => {
    if (failure) {
      call.emit("error", toServiceError(failure));
      return;
    }
    call.write(new lang.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
}

const handlers: Partial<ILanguageRuntimeServer> = {
  handshake: unary(() => new lang.LanguageHandshakeResponse()),
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(ENGINE_VERSION)),
  getRequiredPackages: unary(getRequiredPackages),
  run: unary(run),
  installDependencies,
  runtimeOptionsPrompts: unary(() => new lang.RuntimeOptionsResponse()),
  about: unary(() => new lang.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  getProgramDependencies: unary((request: lang.GetProgramDependenciesRequest) => {
    const dir = request.getInfo()?.getProgramDirectory() || request.getPwd();
    const response = new lang.GetProgramDependenciesResponse();
    for (const { name, version } of programDependencies(dir, request.getTransitivedependencies())) {
      response.addDependencies(new lang.DependencyInfo().setName(name).setVersion(version));
    }
    return response;
  }),
  runPlugin,
  cancel: unary(() => {
    for (const child of children) {
      child.kill("SIGTERM");
    }
    return new Empty();
  }),
};

const server = new grpc.Server(CHANNEL_OPTIONS);
server.addService(LanguageRuntimeService, handlers as unknown as grpc.UntypedServiceImplementation);
void serve(server);
