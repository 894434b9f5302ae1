/** Warnings about endpoints. catalog/listVersions.test.ts tests those about versions. */
import ts from "typescript";
import type { Kind, PlainArguments } from "../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { warnings } from "../../../provider/model/warnings";
import { asModule, codeBlocks, pages } from "../../support/codeBlocks";

const logged = (args: PlainArguments, boundElsewhere = false, kind: Kind = "RedisDatabase") => {
    const { spec, findings } = resolveArguments({ version: "8.8", ...args }, kind);
    expect(findings).toEqual([]);
    return spec ? warnings("sessions", spec, { boundElsewhere, today: new Date("2026-03-01") }) : [];
};

const open = 'RedisDatabase "sessions": plaintext is open on ';

test.each<PlainArguments>([
    { bindAddress: "203.0.113.5" },
    { bindAddress: "8.8.8.8", host: "redis.example.com" },
    { bindAddress: "172.32.0.1" },
    { bindAddress: "2001:db8::1" },
])("warns of plaintext on a public address: %j", (args) => {
    expect(logged(args)).toEqual([
        `${open}a public address (bindAddress), so anyone on the network path can read passwords and data; ` +
            "set plaintext: false, or a private bindAddress.",
    ]);
    expect(logged({ ...args, plaintext: false })).toEqual([]);
});

test.each<PlainArguments>([
    { bindAddress: "0.0.0.0", host: "redis.example.com" },
    { bindAddress: "::", host: "203.0.113.5" },
])("warns of plaintext on all addresses with a public host: %j", (args) => {
    expect(logged(args)).toEqual([
        `${open}all addresses of the Docker host, so anyone on the network path can read passwords and data; ` +
            "set plaintext: false, or a private bindAddress.",
    ]);
    expect(logged({ ...args, plaintext: false })).toEqual([]);
});

test.each<PlainArguments>([
    {},
    { host: "redis.example.com" },
    ...["10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "127.0.0.2"].map(
        (bindAddress) => ({ bindAddress }),
    ),
    ...["::1", "fd00::1", "fe80::1"].map((bindAddress) => ({ bindAddress })),
    { bindAddress: "10.0.0.1", host: "redis.example.com" },
    ...["10.0.0.1", "redis", "redis.internal", "nas.local", "localhost"].map((host) => ({
        bindAddress: "0.0.0.0",
        host,
    })),
])("does not warn if the address is or may be private: %j", (args) => {
    expect(logged(args)).toEqual([]);
});

test.each(["0.0.0.0", "::", "0::0"])("warns of host %s, to which clients cannot connect", (host) => {
    expect(logged({ host })).toEqual([
        'RedisDatabase "sessions": host means all addresses, to which no client can connect; set it to the name or address by ' +
            "which clients reach the Docker host.",
    ]);
});

test("warns of a host on a remote machine where the server listens only on 127.0.0.1", () => {
    expect(logged({ host: "db.example.com" }, true)).toEqual([
        'RedisDatabase "sessions": host is set without bindAddress, so the server listens on 127.0.0.1 of the Docker ' +
            "host, which no other machine can reach; set bindAddress to an address of that Docker host, or to " +
            '"127.0.0.1" if this is intended.',
    ]);
    expect(logged({}, true)).toEqual([]);
});

test("the programs of the README and the guides cause no warnings", () => {
    const made: PlainArguments[] = [];
    // Stands for everything else that a program uses: each of its properties, results and instances is itself.
    const anything: unknown = new Proxy(function () {}, {
        get: (_target, name) => (name === Symbol.toPrimitive ? () => "" : anything),
        apply: () => anything,
        construct: () => anything as object,
    });
    // Certificates and passwords of files and stack settings are not available here.
    const isKnown = (value: unknown): boolean =>
        value !== anything && (typeof value !== "object" || value === null || Object.values(value).every(isKnown));
    function Component(_name: string, args: PlainArguments = {}) {
        made.push(Object.fromEntries(Object.entries(args).filter(([, value]) => isKnown(value))));
        return anything;
    }
    const thePackage = { RedisDatabase: Component, RedisReplica: Component, listVersions: () => [] };
    const load = (name: string) => (name === "pulumi-redis-database" ? thePackage : anything);
    const documents = pages.filter((page) => page === "README.md" || page.startsWith("docs/guides/"));
    for (const { code } of documents.flatMap((page) => codeBlocks(page, "ts"))) {
        const { outputText } = ts.transpileModule(asModule(code), {
            compilerOptions: { module: ts.ModuleKind.CommonJS },
        });
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a program of this repository
        const run = new Function("require", "exports", "db", outputText);
        (run as (...all: unknown[]) => void)(load, {}, anything);
    }
    expect(made.length).toBeGreaterThan(30);
    for (const { primary: _primary, replicas, ...args } of made) {
        const version = args.engine === "valkey" ? "9.1" : "8.8";
        expect(logged({ ...args, version }, args.bindAddress === undefined)).toEqual([]);
        for (const entry of Array.isArray(replicas) ? (replicas as PlainArguments[]) : []) {
            const { name: _name, provider: _provider, promoted: _promoted, ...own } = entry;
            expect(logged(own)).toEqual([]);
        }
    }
});
