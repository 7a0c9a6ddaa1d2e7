import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";

/**
 * The direction of imports. A file imports from its own room, and from the rooms of the rows above it in this table; rooms of
 * one row know nothing of each other. model/types.ts is in no row: it holds the vocabulary of all, without a line of code.
 */
export const LAYERS = [
  [
    "model/text.ts",
    "model/roles.ts",
    "model/labels.ts",
    "model/helper.ts",
    "model/command-line.ts",
    "model/share-paths.ts",
    "model/resource-names.ts",
  ],
  ["model/yaml"],
  ["model/subnet.ts"],
  ["model/audience.ts"],
  ["model/compose"],
  ["model/config"],
  ["model/services"],
  ["model/shares"],
  ["model/firewall", "model/backups"],
  ["model/tailnet"],
  ["model/settings"],
  ["model/drift", "model/outputs"],
  ["model/review"],
  ["model/build.ts"],
  ["model/load.ts"],
  ["hosts", "tailnet"],
  ["components", "scripts"],
  ["index.ts", "lab"],
  ["bench"],
  ["test"],
];

/** For each room the rooms that it must not import from, as zones of import-x/no-restricted-paths. */
const zones = LAYERS.flatMap((row, i) =>
  row.flatMap((target) => {
    const from = [...row.filter((peer) => peer !== target), ...LAYERS.slice(i + 1).flat()];
    return from.length === 0 ? [] : [{ target, from, message: `${target} lies below it: see eslint.layers.mjs` }];
  }),
);

/** What lint asks of imports. */
export const IMPORTS = {
  plugins: { "import-x": importX },
  settings: {
    "import-x/resolver-next": [createTypeScriptImportResolver()],
    // Without it no-cycle looks into no file but .js.
    "import-x/extensions": [".ts"],
  },
  rules: {
    "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
    "import-x/no-cycle": ["error", { ignoreExternal: true }],
    "import-x/consistent-type-specifier-style": ["error", "prefer-top-level"],
  },
};
