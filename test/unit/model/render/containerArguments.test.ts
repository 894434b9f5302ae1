/** How Docker reports a container's arguments, as measured. */
import {
    asReported,
    findUnreported,
    reportedMemorySwap,
    reportedOtherwise,
} from "../../../../provider/model/render/containerArguments";

test.each<[name: string, given: unknown, reported: unknown]>([
    [
        "ports",
        [
            { internal: 1, external: 2, ip: "0:0:0:0:0:0:0:1", protocol: "TCP" },
            { internal: 3, external: 4, ip: "" },
        ],
        [
            { internal: 1, external: 2, ip: "::1", protocol: "tcp" },
            { internal: 3, external: 4 },
        ],
    ],
    [
        "healthcheck",
        { tests: ["CMD", "true"], interval: "60s", timeout: "1m", startPeriod: "0", startInterval: ".5s", retries: 3 },
        {
            tests: ["CMD", "true"],
            interval: "1m0s",
            timeout: "1m0s",
            startPeriod: "0s",
            startInterval: "500ms",
            retries: 3,
        },
    ],
    [
        "capabilities",
        { drops: ["all"], adds: ["chown", "CAP_CHOWN", "sys_time"] },
        { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_SYS_TIME"] },
    ],
    ["capabilities", { drops: [], adds: [] }, undefined],
    ["workingDir", "/srv//redis/../data/", "/srv/data"],
    ["workingDir", "srv", "srv"],
    ["cpus", "2.50", "2.5"],
    ["cpus", "many", "many"],
    ["networkMode", "", undefined],
    ["shmSize", 0, undefined],
    ["command", ["60s"], ["60s"]],
])("%s: %j", (name, given, reported) => {
    expect(findUnreported(name, name, given)).toBeUndefined();
    expect(asReported(name, given)).toEqual(reported);
    if (reported !== undefined) expect(asReported(name, reported)).toEqual(reported);
});

test("canonical values stay unchanged, in the same order, which the server's fingerprint depends on", () => {
    const ports = [{ ip: "127.0.0.1", internal: 2, external: 3 }, { internal: 1 }];
    const healthcheck = { timeout: "1m0s", tests: ["CMD", "true"], interval: "100ms", retries: 3 };
    const capabilities = { drops: ["ALL"], adds: ["CAP_SYS_TIME", "CAP_CHOWN"] };
    for (const [name, value] of Object.entries({ ports, healthcheck, capabilities })) {
        expect(JSON.stringify(asReported(name, value))).toBe(JSON.stringify(value));
    }
});

test.each<[name: string, value: unknown, problem: string, right: unknown]>([
    [
        "ports",
        [{ internal: 1 }, { internal: 1, protocol: "tcp", ip: "192.0.2.1" }],
        "publishes 1/tcp twice",
        [{ internal: 1 }, { internal: 1, protocol: "udp" }, { internal: 2 }],
    ],
    ["image", "sha256:e7845d9cd3c9", 'is "sha256:e7845d9cd3c9"', "redis:8.0"],
    ["hosts", [{ host: "a", ip: "fd00::1" }], 'has the IPv6 address "fd00::1"', [{ host: "a", ip: "host-gateway" }]],
    ["securityOpts", ["systempaths=unconfined"], 'has "systempaths=unconfined"', ["no-new-privileges:true"]],
    ["platform", "linux/amd64", 'is "linux/amd64"', "linux"],
    ["cpus", "0.05", 'is "0.05"', "0.5"],
])("%s: %j is never reported as given", (name, value, problem, right) => {
    expect(findUnreported(`transform.server.${name}`, name, value)).toEqual({
        code: "redis-database/transform-reported-otherwise",
        path: `transform.server.${name}`,
        problem: expect.stringContaining(problem) as string,
        remedy: expect.stringMatching(/./) as string,
    });
    expect(findUnreported(name, name, right)).toBeUndefined();
    expect(reportedOtherwise).toContain(name);
});

test.each([
    [64, undefined, 128],
    [64, 0, 128],
    [64, 64, 64],
    [64, -1, -1],
    [undefined, undefined, undefined],
])("%j MiB with a swap limit of %j: Docker reports %j", (memory, swap, reported) => {
    expect(reportedMemorySwap(memory, swap)).toBe(reported);
});
