/** The part of Pulumi's engine that a plugin needs to construct a component whose arguments are invalid. */
import { createRequire } from "node:module";
import { spawn } from "node:child_process";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const { ResourceMonitorService } = require("@pulumi/pulumi/proto/resource_grpc_pb");
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const { ConstructRequest } = require("@pulumi/pulumi/proto/provider_pb");
const { SupportsFeatureResponse } = require("@pulumi/pulumi/proto/resource_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");

/**
 * Starts the plugin and lets it construct an invalid database. Returns the seconds from the start until it is ready, and
 * from then until its answer, which lists the problem: by then, the component is loaded and has checked its arguments.
 */
export async function startAndConstruct(executable) {
    const engine = await startEngine();
    const started = performance.now();
    const plugin = spawn(executable, [engine.address], { stdio: ["ignore", "pipe", "inherit"] });
    try {
        const port = await new Promise((resolve, reject) => {
            plugin.stdout.once("data", (text) => resolve(String(text).trim()));
            plugin.once("exit", (code) => reject(new Error(`the plugin exited with ${code}`)));
        });
        const ready = performance.now();
        const answer = await construct(`127.0.0.1:${port}`, engine.address);
        if (!answer.includes("redis-database/invalid-memory-mb")) throw new Error(`unexpected answer: ${answer}`);
        return { ready: (ready - started) / 1000, construct: (performance.now() - ready) / 1000 };
    } finally {
        plugin.removeAllListeners("exit").kill();
        engine.server.forceShutdown();
    }
}

async function startEngine() {
    const server = new grpc.Server();
    const supportsFeature = (_call, callback) => {
        const response = new SupportsFeatureResponse();
        response.setHassupport(true);
        callback(undefined, response);
    };
    server.addService(ResourceMonitorService, { supportsFeature });
    const port = await new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return { server, address: `127.0.0.1:${port}` };
}

function construct(address, monitor) {
    const request = new ConstructRequest();
    request.setProject("bench");
    request.setStack("bench");
    request.setMonitorendpoint(monitor);
    request.setType("redis-database:index:RedisDatabase");
    request.setName("invalid");
    request.setInputs(Struct.fromJavaScript({ memoryMb: 1 }));
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
    return new Promise((resolve) => {
        client.construct(request, (error) => {
            client.close();
            resolve(String(error?.details));
        });
    });
}
