/** Databases on fixed ports with the same password. Each has one replica for each port in its list. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort, flavor, replicas } = JSON.parse(process.env.BENCH_DATABASES);

const endpoint = (port) => ({ ports: { plaintext: port, tls: port + 1 }, password: "bench" });

const databases = names.map((name, index) => {
    const server = { flavor, memoryMb, ...endpoint(firstPort + 2 * index) };
    return new RedisDatabase(name, { ...server, replicas: replicas[index].map(endpoint), deletionProtection: false });
});

exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
exports.servers = databases.map(({ containerName }) => containerName);
exports.replicas = databases.map(({ replicas }) => replicas.map(({ containerName }) => containerName));
