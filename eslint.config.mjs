/** Type-aware rules for all TypeScript. `.dependency-cruiser.mjs` has the rules about imports. */
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
    { ignores: ["dist/", ".local/", "coverage/", "docs/api/"] },
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    {
        rules: {
            "eqeqeq": "error",
            "no-unused-vars": ["error", { ignoreRestSiblings: true }],
            "prefer-const": "error",
        },
    },
    {
        files: ["**/*.ts", "**/*.mts"],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            // `{ password, ...rest }` is how a property is left out.
            "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
        },
    },
);
