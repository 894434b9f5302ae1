import * as docker from "@pulumi/docker";
import { RedisDatabase } from "pulumi-redis-database";

new RedisDatabase("sessions", {
    version: "7.2",
    memoryMb: 64,
    plaintext: false,
    passwordVersion: 2,
    passwordGraceHours: 0,
});

new RedisDatabase("cache", { version: "7.2", memoryMb: 64, deletionProtection: false });

new docker.Volume("uploads", { labels: [{ label: "team", value: "web" }] });
