/** Three suites: pure and mocked, real Pulumi on a real Docker engine, and the examples run as people run them. */
const engineTimeoutMs = 10 * 60 * 1000;
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

// The engine suites share one Docker engine; `npm run test:engine` and `test:examples` run them in band, since Jest
// knows no number of workers for a single project.
export default {
    projects: [
        suite("unit", { testTimeout: unitTimeoutMs }),
        suite("engine", { testTimeout: engineTimeoutMs }),
        suite("examples", { testTimeout: engineTimeoutMs }),
    ],
};
