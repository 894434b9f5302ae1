/** One database on fixed ports, with the version and flavor of the measurement. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort, version, flavor } = JSON.parse(process.env.BENCH_DATABASES);

new RedisDatabase(names[0], {
    version,
    flavor,
    memoryMb,
    ports: { plaintext: firstPort, tls: firstPort + 1 },
    password: "bench",
    deletionProtection: false,
});
