/** The same databases as in component.js, created through the plugin, as a program in another language does. */
const pulumi = require("@pulumi/pulumi");

const { names, memoryMb, firstPort } = JSON.parse(process.env.BENCH_DATABASES);

const outputs = { tlsUrl: undefined, caCertPem: undefined };

const databases = names.map((name, index) => {
    const ports = { plaintext: firstPort + 2 * index, tls: firstPort + 2 * index + 1 };
    const inputs = { memoryMb, deletionProtection: false, ports };
    return new pulumi.ComponentResource(
        "redis-database:index:RedisDatabase",
        name,
        { ...inputs, ...outputs },
        {},
        true,
    );
});

exports.tlsUrls = databases.map(({ tlsUrl }) => tlsUrl);
exports.caCertPems = databases.map(({ caCertPem }) => caCertPem);
