/** A database with backups in a volume; in the next update, also one that is restored from it. */
const { RedisDatabase } = require("pulumi-redis-database");

const { names, memoryMb, firstPort, image, restored } = JSON.parse(process.env.BENCH_DATABASES);

const repository = { volume: `${names[0]}-backups` };
const endpoint = (port) => ({ ports: { plaintext: port, tls: port + 1 }, password: "bench" });
const settings = { version: "8.6", image, memoryMb, flavor: "aof", deletionProtection: false };

const db = new RedisDatabase(names[0], {
    ...settings,
    ...endpoint(firstPort),
    // Nothing but the measurement makes backups.
    backup: { repositories: [repository], schedule: "0 0 1 1 *", verifyEvery: "never" },
});
exports.caCertPem = db.caCertPem;
exports.server = db.containerName;
exports.restored = restored
    ? new RedisDatabase(`${names[0]}-restored`, {
          ...settings,
          ...endpoint(restored),
          restoreFrom: { repository },
      }).containerName
    : undefined;
