/** Type-aware rules for all TypeScript, and the one direction in which the folders of provider/ may import. */
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Each folder of provider/ and those that it may import from, as DESIGN's house says. */
const mayImport = {
    spec: [],
    components: ["spec"],
    platform: ["spec", "components"],
    plugin: ["spec", "components"],
    review: ["spec"],
    cli: ["spec", "platform", "review"],
};

const directionOf = ([folder, allowed]) => ({
    files: [`provider/${folder}/**/*.ts`],
    rules: {
        "no-restricted-imports": [
            "error",
            {
                patterns: [
                    {
                        regex: `^\\.\\./${allowed.map((name) => `(?!${name}/)`).join("")}`,
                        message: `provider/${folder} imports from ${allowed.join(", ") || "no folder"} beside its own.`,
                    },
                    ...(folder === "spec" || folder === "review"
                        ? [{ regex: "^@pulumi/", message: `provider/${folder} is pure: it knows nothing of Pulumi.` }]
                        : []),
                ],
            },
        ],
    },
});

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
        files: ["**/*.ts"],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            // `{ password, ...rest }` is how a property is left out.
            "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
        },
    },
    ...Object.entries(mayImport).map(directionOf),
);
