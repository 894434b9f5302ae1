import { RedisDatabase } from "pulumi-redis-database";

const repository = { volume: "example-orders-backups" };

const db = new RedisDatabase("orders", {
    version: "8.6",
    memoryMb: 128,
    backup: { repositories: [repository], schedule: "30 3 * * *" },
    // Only for this example. Remove this line where the data matters.
    deletionProtection: false,
});

export const { tlsUrl, caCertPem } = db;
