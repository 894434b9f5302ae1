import * as docker from "@pulumi/docker";
import { RedisDatabase } from "pulumi-redis-database";

new RedisDatabase("sessions", { version: "8.6", memoryMb: 64, plaintext: false });

new RedisDatabase("cache", { version: "7.2", memoryMb: 64, deletionProtection: false });

new docker.Volume("uploads", { labels: [{ label: "team", value: "web" }] });
