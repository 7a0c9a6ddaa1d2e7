import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";

/** A resource that a program registered. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider: string | undefined;
  /** Inputs whose changes the engine is told to ignore. */
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

const registrations: Registration[] = [];

/** The first test of a file loads the SDKs, which a busy machine takes its time for. */
const FIRST_LOAD_MS = 300_000;

/** Stands in for the engine: every registration is recorded, and whatever calls a function fails. */
export function mockEngine(): void {
  jest.setTimeout(FIRST_LOAD_MS);
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        const of = options.get(name) ?? { ignoreChanges: [], deleteBeforeReplace: false };
        registrations.push({ type, name, inputs: inputs as Record<string, unknown>, provider, ...of });
        return { id: `${name}-id`, state: inputs as object };
      },
      call: ({ token }) => {
        throw new Error(`nothing may call ${token}: a preview must not need a host`);
      },
    },
    "homelab",
    "test",
  );
  recordOptions();
}

/** By the name of the resource. */
const options = new Map<string, Pick<Registration, "ignoreChanges" | "deleteBeforeReplace">>();

/** A registration, as the program sends it to the engine. */
interface Request {
  getName(): string;
  getIgnorechangesList(): string[];
  getDeletebeforereplace(): boolean;
}

/** The mocks are not told of a resource's options, and know no hooks; what these do on a host is shown in the lab. */
interface Monitor {
  registerResource: (request: Request, ...rest: unknown[]) => unknown;
  registerResourceHook: (request: unknown, done: (error: null, response: object) => void) => void;
  registerErrorHook: Monitor["registerResourceHook"];
}

function recordOptions(): void {
  const monitor = getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    options.set(request.getName(), {
      ignoreChanges: request.getIgnorechangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
    });
    return register(request, ...rest);
  };
  monitor.registerResourceHook = monitor.registerErrorHook = (_, done) => {
    done(null, {});
  };
}

/** What a program registers, in order. */
export async function registered(program: () => unknown): Promise<readonly Registration[]> {
  registrations.length = 0;
  program();
  await pulumi.runtime.disconnect();
  return [...registrations];
}
