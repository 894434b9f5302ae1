/** The program of the platform library's stacks, which takes the database from a file. */
const { writeFileSync } = require("node:fs");

const { names, memoryMb, firstPort } = JSON.parse(process.env.BENCH_DATABASES);
const ports = { plaintext: firstPort, tls: firstPort + 1 };
writeFileSync(
    "specification.json",
    JSON.stringify({ name: names[0], args: { memoryMb, ports, deletionProtection: false } }),
);

module.exports = require("../../../../dist/provider/platform/program.js").deploy();
