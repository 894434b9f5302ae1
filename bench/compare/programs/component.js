/** Databases by the component. Which ones, the environment says: the same for both programs. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort } = JSON.parse(process.env.BENCH_DATABASES);

const databases = names.map((name, index) => {
    // A pair of ports is chosen by a resource as always, but out of one: databases that share a machine for a
    // measurement must not meet.
    const pair = firstPort / 2 + index;
    const transform = { port: (args) => ({ ...args, min: pair, max: pair }) };
    return new RedisDatabase(name, { memoryMb, deletionProtection: false, transform });
});

exports.tlsUrls = databases.map(({ tlsUrl }) => tlsUrl);
exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
exports.servers = databases.map(({ containerName }) => containerName);
exports.agents = databases.map(({ nodes }) => nodes.agent.name);
