// Tests run in Node's own context and share the packages that they load. Jest's default, a new context for each file in which
// every package is loaded again, took twice the CPU: most of that was loading, and in such a context each use of a global such
// as `Array` goes through a proxy. Our own modules are still loaded for each file.
import asyncHooks from "node:async_hooks";
import { createRequire } from "node:module";
import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

const require = createRequire(import.meta.url);
require("../trim-packages.cjs");

const { compileFunction } = vm;
/** Stands for Node's own context, for which jest has no word. */
const NODES_OWN = vm.createContext();
/** Jest's runner keeps the tests of a file in its modules. */
const SHARED = /\/node_modules\/(?!jest-circus\/)/;
vm.compileFunction = (code, parameters, { parsingContext, ...options }) => {
  if (parsingContext !== NODES_OWN) {
    return compileFunction(code, parameters, { ...options, parsingContext });
  }
  if (!SHARED.test(options.filename)) {
    return compileFunction(code, parameters, options);
  }
  return (module) => {
    module.exports = load(options.filename);
  };
};

/** What packages leave on the global object when they are loaded. */
const ofPackages = new Set();
function load(file) {
  const before = new Set(Reflect.ownKeys(globalThis));
  const exports = require(file);
  newGlobals(before).forEach((key) => ofPackages.add(key));
  return exports;
}
const newGlobals = (before) => Reflect.ownKeys(globalThis).filter((key) => !before.has(key) && !ofPackages.has(key));

/** Jest's runner makes one for each file and leaves it on, and each that is on makes every later promise slower. */
const storages = [];
class Storage extends asyncHooks.AsyncLocalStorage {
  constructor(...args) {
    super(...args);
    storages.push(this);
  }
}
Object.defineProperty(asyncHooks, "AsyncLocalStorage", { value: Storage }); // from Node 22 on, it has only a getter

export default class SharedPackages extends TestEnvironment {
  #globals = new Set(Reflect.ownKeys(globalThis));
  #console = globalThis.console;
  #exit = process.exit;
  #variables = { ...process.env };

  global = globalThis;

  getVmContext() {
    return NODES_OWN;
  }

  /** The next file finds all as this one did. */
  async teardown() {
    newGlobals(this.#globals).forEach((key) => Reflect.deleteProperty(globalThis, key));
    globalThis.console = this.#console;
    process.exit = this.#exit;
    Object.keys(process.env)
      .filter((name) => !(name in this.#variables))
      .forEach((name) => Reflect.deleteProperty(process.env, name));
    Object.assign(process.env, this.#variables);
    storages.splice(0).forEach((storage) => storage.disable());
    await super.teardown();
  }
}
