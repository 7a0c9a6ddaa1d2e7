import tseslint from "typescript-eslint";
import { IMPORTS } from "./eslint.layers.mjs";

export default tseslint.config(
  { ignores: ["stacks/**"] },
  ...tseslint.configs.strictTypeChecked,
  IMPORTS,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 300],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      curly: "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export by name; only tools' config files have a default export.",
        },
      ],
    },
  },
  {
    // Plain JavaScript: what tools read before anything compiles TypeScript.
    files: ["**/*.mjs", "**/*.cjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-require-imports": "off",
      "no-restricted-syntax": "off",
    },
  },
  {
    files: ["model/types.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "Program > :not(ImportDeclaration[importKind='type'], ExportNamedDeclaration[exportKind='type'], TSInterfaceDeclaration, TSTypeAliasDeclaration)",
          message: "Only types: what has code has a file of its own.",
        },
      ],
    },
  },
  {
    // Pulumi resources are registered by their constructors.
    files: ["index.ts", "components/**"],
    rules: { "no-new": "off" },
  },
);
