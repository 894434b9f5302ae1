/** Databases of the component. The environment lists them, as for the program by hand. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort } = JSON.parse(process.env.BENCH_DATABASES);

const databases = names.map((name, index) => {
    // The resource that chooses a pair of ports remains, but it has only one pair to choose from. Otherwise, databases of
    // different stacks could get the same ports.
    const pair = firstPort / 2 + index;
    const transform = { port: (args) => ({ ...args, min: pair, max: pair }) };
    return new RedisDatabase(name, { memoryMb, deletionProtection: false, transform });
});

exports.tlsUrls = databases.map(({ tlsUrl }) => tlsUrl);
exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
exports.servers = databases.map(({ containerName }) => containerName);
exports.agents = databases.map(({ nodes }) => nodes.agent.name);
