/** The projects: pure and mocked, real Pulumi on a real Docker engine, and the examples run as people run them. */
function project(name, files, options) {
    return {
        displayName: name,
        testEnvironment: "node",
        testMatch: [`<rootDir>/test/${files}.test.ts`],
        modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.local/"],
        transform: {
            "\\.ts$": [
                "@swc/jest",
                { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
            ],
        },
        ...options,
    };
}

/** Jest takes no notice of a project's own `testTimeout`. */
const patient = (file) => ({ setupFilesAfterEnv: [`<rootDir>/test/support/${file}`] });

const engine = { testEnvironment: "<rootDir>/test/engine/support/environment.ts", ...patient("patience.ts") };

// Jest knows no number of workers for a single project: toolchain/test.mjs runs `engine` two suites at a time, and the
// last two in band.
export default {
    testSequencer: "<rootDir>/toolchain/longestFirst.mjs",
    projects: [
        project("unit", "unit/**/*", patient("unitPatience.ts")),
        project("engine", "engine/*", engine),
        project("engine-alone", "engine/alone/*", engine),
        project("examples", "examples/*", patient("patience.ts")),
    ],
};
