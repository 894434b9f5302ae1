/** Three suites: pure and mocked, real Pulumi on a real Docker engine, and the examples run as people run them. */
function suite(name, options) {
    return {
        displayName: name,
        testEnvironment: "node",
        testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
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

// The engine suites share one Docker engine; `npm run test:engine` and `test:examples` run them in band, since Jest
// knows no number of workers for a single project.
export default {
    projects: [
        suite("unit", patient("unitPatience.ts")),
        suite("engine", {
            testEnvironment: "<rootDir>/test/engine/support/environment.ts",
            ...patient("patience.ts"),
        }),
        suite("examples", patient("patience.ts")),
    ],
};
