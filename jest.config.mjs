/**
 * The Jest projects: unit tests of pure code and with Pulumi mocks, engine tests with real Pulumi and Docker, the
 * examples, run with the commands of their READMEs, and the packages that `npm run dist` builds.
 */
function project(name, files, options) {
    return {
        displayName: name,
        testEnvironment: "node",
        testMatch: [files].flat().map((each) => `<rootDir>/test/${each}.test.ts`),
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

/** Jest ignores `testTimeout` in a project, so a set-up file sets the timeout. */
const timeoutIn = (file) => ({ setupFilesAfterEnv: [`<rootDir>/test/support/${file}`] });

const engine = { testEnvironment: "<rootDir>/test/engine/support/environment.ts", ...timeoutIn("patience.ts") };

/** For all versions, this suite also asserts that clients notice nothing. Another suite at the same time would disturb it. */
const matrixAlone = process.env.TEST_VERSIONS === "yes";

// Jest cannot set the number of workers per project. toolchain/test.mjs runs `engine` with two workers, and the projects
// after it in band.
export default {
    testSequencer: "<rootDir>/toolchain/longestFirst.mjs",
    projects: [
        project("unit", "unit/**/*", timeoutIn("unitPatience.ts")),
        project("engine", matrixAlone ? "engine/!(matrix)" : "engine/*", engine),
        project("engine-alone", ["engine/alone/*", ...(matrixAlone ? ["engine/matrix"] : [])], engine),
        project("examples", "examples/*", timeoutIn("patience.ts")),
        project("packages", "packages/*", timeoutIn("patience.ts")),
    ],
};
