// Node preloads this (`nodeargs` in Pulumi.yaml), then Pulumi's SDK, which loads the program. It is what lets the program
// be TypeScript, and what keeps a run without changes short: see docs/decisions/06-starting-the-program.md.
"use strict";
const Module = require("node:module");
const path = require("node:path");

/** Compiles this program's files. Left to itself, tsx would also read each file of each package, to find nothing. */
function compileTypeScript() {
  const { _extensions: extensions, _resolveFilename: resolve } = Module;
  const javaScript = extensions[".js"];
  require("tsx/cjs");
  extensions[".js"] = withSourceMaps(false, javaScript);
  extensions[".ts"] = withSourceMaps(true, extensions[".ts"]);
  const resolveTypeScript = Module._resolveFilename;
  Module._resolveFilename = (request, parent, ...rest) =>
    (parent?.filename?.includes("/node_modules/") ? resolve : resolveTypeScript)(request, parent, ...rest);
}

/** Where maps are on, Node reads that of each module it loads, of which packages bring hundreds. Ours are in the code. */
function withSourceMaps(enabled, load) {
  return (...args) => {
    const before = process.sourceMapsEnabled;
    process.setSourceMapsEnabled(enabled);
    try {
      return load(...args);
    } finally {
      process.setSourceMapsEnabled(before);
    }
  };
}

// From Node 22 on. In a folder of our own, as that of the system is everybody's.
Module.enableCompileCache?.(path.join(__dirname, "node_modules/.cache/compiled"));
compileTypeScript();
require("./trim-packages.cjs");
