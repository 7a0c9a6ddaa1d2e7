// Makes packages load less and do less: start.cjs loads this for the program, test/environment.mjs for its tests. See
// docs/decisions/06-starting-the-program.md.
"use strict";
const Module = require("node:module");

/**
 * What packages load at their start and this program never uses. The SDK: what writes functions down for dynamic
 * providers, with TypeScript's compiler and npm's dependency resolver; the Automation API; component providers. zod: its
 * messages in fifty languages.
 */
const MODULES_FOR_LATER = {
  "@pulumi/pulumi": [
    "../../typescript-shim",
    "@npmcli/arborist",
    "normalize-package-data",
    "./automation",
    "./provider",
  ],
  zod: ["../locales/index.cjs"],
};
/** The same, but functions and classes are taken out of them at once: what `--tracing` needs. */
const MEMBERS_FOR_LATER = {
  "@pulumi/pulumi": [
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace-base",
    "@opentelemetry/sdk-trace-node",
    "@opentelemetry/exporter-zipkin",
    "@opentelemetry/instrumentation",
    "@opentelemetry/instrumentation-grpc",
  ],
};
/** Changes what packages get when they load a module. */
function trimPackages() {
  const load = Module._load;
  Module._load = (request, parent, isMain) => {
    const now = () => load(request, parent, isMain);
    const owner = /\/node_modules\/(@pulumi\/pulumi|zod)\//.exec(parent?.filename ?? "")?.[1];
    if (owner === undefined) {
      return now();
    }
    if (MODULES_FOR_LATER[owner]?.includes(request)) {
      return later(now);
    }
    if (MEMBERS_FOR_LATER[owner]?.includes(request)) {
      return new Proxy({}, { get: (_, name) => later(() => now()[name]) });
    }
    const ending = owner === "zod" ? undefined : Object.keys(REPLACEMENTS).find((it) => request.endsWith(it));
    const isWhole = () => Module._cache[Module._resolveFilename(request, parent)]?.loaded === true;
    return ending === undefined ? now() : REPLACEMENTS[ending](now, isWhole);
  };
}

/** Stands for an object, function or class that is made when it is used for the first time. */
function later(make) {
  let made;
  const it = () => (made ??= { value: make() }).value;
  return new Proxy(function () {}, {
    get: (_, name) => (name === "__esModule" ? true : it()[name]),
    has: (_, name) => name in it(),
    apply: (_, self, args) => Reflect.apply(it(), self, args),
    construct: (_, args) => Reflect.construct(it(), args),
  });
}

/**
 * The SDK gives each of its promises the stack trace of where it was made, thousands in a run, and shows one only where
 * PULUMI_DEBUG_PROMISE_LEAKS is set.
 */
const withoutTraces = changeOnce((debuggable) => {
  const { debuggablePromise, debugPromiseLeaks } = debuggable;
  if (debugPromiseLeaks) {
    return;
  }
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
});

/**
 * The SDK gives each resource the whole stack of where it was made, with every frame mapped, for the state and for tools
 * that show the line. With us all are made in components/.
 */
const withoutPositions = changeOnce(({ Resource }) => {
  if (Resource !== undefined) {
    Resource.callsites = () => [];
  }
});

/**
 * The SDK has three debug messages for each resource, and hands them to the engine one after the other, each in a call
 * that waits for the one before; a run ends when all are there. Those that wait go together.
 */
const withBatches = changeOnce((log) => {
  const send = log.debug;
  let batch;
  let sent = Promise.resolve();
  log.debug = (message, ...rest) => {
    if (rest.some((it) => it !== undefined)) {
      return send(message, ...rest);
    }
    if (batch === undefined) {
      const messages = (batch = []);
      const done = require("@pulumi/pulumi/runtime/settings").rpcKeepAlive();
      const sendAll = () => {
        batch = undefined;
        return send(messages.join("\n"));
      };
      sent = sent.then(sendAll, sendAll).finally(done);
    }
    batch.push(message);
    return sent;
  };
});

/** Changes a module once, and not before it is whole: modules that load each other in a circle see it unfinished. */
function changeOnce(change) {
  const changed = new WeakSet();
  return (load, isWhole) => {
    const module = load();
    if (isWhole() && !changed.has(module)) {
      changed.add(module);
      change(module);
    }
    return module;
  };
}

/** Modules of the SDK, by the end of the request for them, that are given something cheaper. */
const REPLACEMENTS = {
  "/debuggable": withoutTraces,
  "/log": withBatches,
  "/resource": withoutPositions,
  // It knows nothing of tsx's source maps, and would replace Node's own support, which does.
  "source-map-support/register": () => ({}),
};

trimPackages();
