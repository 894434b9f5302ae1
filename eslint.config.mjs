/** Type-aware rules for all TypeScript files. The rules for imports are in `.dependency-cruiser.mjs`. */
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
    { ignores: ["dist/", ".local/", "coverage/", "docs/api/", "sdk/"] },
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
            // `{ password, ...rest }` omits a property.
            "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
        },
    },
);
