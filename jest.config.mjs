/** Three suites: pure and mocked, real Pulumi on a real Docker engine, and the examples run as people run them. */
/** Generous, for machines that are busy with something else. */
const unitTimeoutMs = 30 * 1000;

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

/** A project's own `testTimeout` does not reach its hooks, which is where stacks are brought up. */
const patient = { setupFilesAfterEnv: ["<rootDir>/test/support/patience.ts"] };

// The engine suites share one Docker engine; `npm run test:engine` and `test:examples` run them in band, since Jest
// knows no number of workers for a single project.
export default {
    projects: [suite("unit", { testTimeout: unitTimeoutMs }), suite("engine", patient), suite("examples", patient)],
};
