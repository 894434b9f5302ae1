import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "pulumi-redis-database";

const config = new pulumi.Config();
const otherHost = new docker.Provider("other-host", { host: config.require("otherDockerHost") });

const near = { name: "near" };
const far = { name: "far", provider: otherHost, bindAddress: config.require("otherAddress") };

const db = new RedisDatabase("catalog", {
    memoryMb: 128,
    bindAddress: config.require("address"),
    replicas: [near, far],
    // Only for this example. Remove this line where the data matters.
    deletionProtection: false,
});

export const { tlsUrl, caCertPem, replicaTlsUrls, replicaCaCertPem } = db;
