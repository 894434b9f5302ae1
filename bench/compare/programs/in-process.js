/** The same databases as in plugin.js, created in process. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort } = JSON.parse(process.env.BENCH_DATABASES);

const databases = names.map((name, index) => {
    const ports = { plaintext: firstPort + 2 * index, tls: firstPort + 2 * index + 1 };
    return new RedisDatabase(name, { memoryMb, deletionProtection: false, ports });
});

exports.tlsUrls = databases.map(({ tlsUrl }) => tlsUrl);
exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
