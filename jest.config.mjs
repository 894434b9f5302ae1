const toCommonJs = (syntax) => [
    "@swc/jest",
    { jsc: { parser: { syntax }, target: "es2022" }, module: { type: "commonjs" } },
];

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
            "\\.ts$": toCommonJs("typescript"),
            [`/node_modules/${esModules}.+\\.js$`]: toCommonJs("ecmascript"),
        },
        transformIgnorePatterns: [`/node_modules/(?!${esModules})`],
        ...options,
    };
}

/** Packages that are ES modules only, which Jest cannot load without a transformation; below node_modules. */
const esModules = "(@octokit|before-after-hook|content-type|universal-user-agent)/";

/** Jest ignores `testTimeout` in a project, so a set-up file sets the timeout. */
const timeoutIn = (file) => ({ setupFilesAfterEnv: [`<rootDir>/test/support/${file}`] });

const engine = { testEnvironment: "<rootDir>/test/engine/support/environment.ts", ...timeoutIn("patience.ts") };

/** For all versions, this suite also asserts that clients notice nothing. Another suite at the same time would disturb it. */
const matrixAlone = process.env.TEST_VERSIONS === "yes";

// Jest cannot set the number of workers per project. toolchain/test.mjs does: the suites of `engine-alone` run in band.
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
