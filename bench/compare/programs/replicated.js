// Databases on fixed ports with one password, each with a replica on each of the pairs of ports that it is given.
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort, flavor, replicas } = JSON.parse(process.env.BENCH_DATABASES);

const at = (port) => ({ ports: { plaintext: port, tls: port + 1 }, password: "bench" });

const databases = names.map((name, index) => {
    const own = { ...at(firstPort + 2 * index), replicas: replicas[index].map(at) };
    return new RedisDatabase(name, { flavor, memoryMb, deletionProtection: false, ...own });
});

exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
exports.servers = databases.map(({ containerName }) => containerName);
exports.replicas = databases.map(({ replicas }) => replicas.map(({ containerName }) => containerName));
