import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["stacks/**", "**/*.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
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
    // Pulumi resources are registered by their constructors.
    files: ["index.ts", "components/**"],
    rules: { "no-new": "off" },
  },
);
