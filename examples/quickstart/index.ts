import { RedisDatabase } from "pulumi-redis-database";

const db = new RedisDatabase("sessions", { version: "8.6", memoryMb: 256 });

export const { url, tlsUrl, caCertPem } = db;
