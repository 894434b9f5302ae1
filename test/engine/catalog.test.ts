/** Checks the catalog against the Redis and Valkey images on this machine, so that the two cannot diverge. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlainArguments } from "../../provider/model/arguments/definition";
import type { DatabaseSpec } from "../../provider/model/databaseSpec";
import { resolveArguments } from "../../provider/model/arguments/resolve";
import { directivesOf } from "../../provider/model/catalog/directives";
import { tlsProtocols } from "../../provider/model/catalog/tlsProtocols";
import { canUpgrade, flavorNames, type Release, versions } from "../../provider/model/catalog/versions";
import { clientUsers, passwordConf } from "../../provider/model/render/acl";
import { aclPath, passwordPath, socketPath, tlsDir, tlsPort } from "../../provider/model/render/layout";
import { redisConf } from "../../provider/model/render/redisConf";
import { maxmemoryOf, maxmemoryPolicies } from "../../provider/model/sizing/memory";
import { docker, until } from "./support/docker";
import { runnable } from "./support/releases";

const password = 'a "quoted" \\ one#';
let files: string;

beforeAll(() => {
    files = mkdtempSync(join(tmpdir(), "catalog-"));
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
    execFileSync("openssl", [...request, "-keyout", join(files, "tls.key"), "-out", join(files, "tls.crt")], {
        stdio: "ignore",
    });
});

afterAll(() => {
    rmSync(files, { recursive: true });
});

/** A container of a release, with every file where the agent would put it. No server runs in it yet. */
class Box {
    readonly id: string;

    constructor(readonly release: Release) {
        const { image } = versions[release];
        this.id = docker("run", "-d", "--rm", "--network", "bridge", "-u", "0", image, "sleep", "900");
        const folders = [aclPath, socketPath, tlsDir].map((path) => path.replace(/\/[^/]*$/, ""));
        this.sh(`mkdir -p ${tlsDir} ${folders.join(" ")}`);
        docker("cp", join(files, "tls.key"), `${this.id}:${tlsDir}/tls.key`);
        docker("cp", join(files, "tls.crt"), `${this.id}:${tlsDir}/tls.crt`);
        docker("cp", join(files, "tls.crt"), `${this.id}:${tlsDir}/ca.crt`);
        if (versions[release].acl) this.write(aclPath, clientUsers(release, password));
        else this.write(passwordPath, passwordConf(password));
    }

    sh(script: string): string {
        return docker("exec", this.id, "sh", "-c", script);
    }

    write(path: string, content: string): void {
        const file = join(files, "content");
        writeFileSync(file, content);
        docker("cp", file, `${this.id}:${path}`);
    }

    specOf(args: PlainArguments): DatabaseSpec {
        const { engine, version } = versions[this.release];
        const { spec, findings } = resolveArguments({ engine, version, ...args });
        expect(findings).toEqual([]);
        if (!spec) throw new Error("no specification");
        return spec;
    }

    /** Starts a server on the component's own redis.conf. */
    async start(args: PlainArguments): Promise<void> {
        this.write("/tmp/redis.conf", redisConf(this.specOf(args), 1));
        this.sh("rm -rf /data/* /tmp/log; redis-server /tmp/redis.conf >/tmp/log 2>&1 & echo $! >/tmp/pid");
        await until(() => {
            this.sh('kill -0 "$(cat /tmp/pid)" || { cat /tmp/log >&2; exit 1; }');
            return this.sh(`redis-cli -s ${socketPath} PING 2>&1 || true`).startsWith("NOAUTH");
        });
    }

    /** Kills the server. Data that it has not written is lost. */
    kill(): void {
        // Nothing in this container reaps the process, so it stays as a zombie. Its socket no longer answers.
        this.sh(
            `kill -9 "$(cat /tmp/pid)"; while redis-cli -s ${socketPath} PING 2>/dev/null | grep -q .; do sleep 0.05; done`,
        );
    }

    /** Runs commands, one a line, after a login on standard input as the agent does it. Returns the replies. */
    redis(...commands: string[]): string[] {
        const quoted = `"${password.replace(/["\\]/g, "\\$&")}"`;
        const input = [`AUTH ${quoted}`, ...commands].map((line) => `${line}\n`).join("");
        const args = ["exec", "-i", this.id, "redis-cli", "-s", socketPath, "--raw"];
        const [login, ...replies] = execFileSync("docker", args, { input, encoding: "utf8" }).split("\n");
        expect(login).toBe("OK");
        return replies.map((line) => line.trim());
    }

    address(): string {
        return docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", this.id);
    }

    close(): void {
        docker("rm", "-f", "-v", this.id);
    }
}

describe.each(runnable)("%s", (release) => {
    const facts = versions[release];
    let box: Box;

    beforeAll(() => {
        box = new Box(release);
    });

    afterAll(() => {
        box.close();
    });

    test("is the engine and version of the catalog, with the commands that the scripts in containers run", () => {
        const output = box.sh("redis-server --version");
        expect(output).toMatch(new RegExp(`^${facts.engine} server v=${facts.version.replace(".", "\\.")}\\.`, "i"));
        expect(box.sh("redis-cli --version")).not.toBe("");
    });

    // A build without TLS rejects tls-port. There are such builds of 8.2 and Valkey 9.0.
    const withTls = () =>
        !facts.nativeTls || box.sh("redis-server --port 0 --tls-port 1 2>&1 || true").includes("No tls-cert-file");

    test.each(flavorNames)(
        "starts with the redis.conf of flavor %s, and has its password and sizes",
        async (flavor) => {
            if (!withTls()) return;
            await box.start({ flavor, memoryMb: 100 });
            const get = (name: string) => box.redis(`CONFIG GET ${name}`)[1];
            expect(get("save")).toBe(flavor === "nordb" ? "" : "900 1 300 10 60 10000");
            expect(get("appendonly")).toBe(flavor === "aof" ? "yes" : "no");
            expect(get("maxmemory")).toBe(String(maxmemoryOf(box.specOf({ flavor, memoryMb: 100 })) * 2 ** 20));
            box.kill();
        },
    );

    test("writes the dump format and the append-only layout of the catalog", async () => {
        if (!withTls()) return;
        await box.start({ flavor: "aof" });
        expect(box.redis("SET a b", "SAVE").slice(0, 2)).toEqual(["OK", "OK"]);
        expect(box.sh("head -c 9 /data/dump.rdb")).toMatch(/^(REDIS0|VALKEY)/);
        expect(Number(box.sh("head -c 9 /data/dump.rdb | tr -d A-Z"))).toBe(facts.rdbVersion);
        expect(box.sh("ls /data | grep append")).toBe(facts.aofLayout);
        box.kill();
    });

    test("supports users, channel permissions and eviction policies exactly as the catalog says", async () => {
        if (!withTls()) return;
        await box.start({});
        const ok = (command: string) => box.redis(command)[0] === "OK";
        expect(ok("ACL SETUSER probe on ~*")).toBe(facts.acl);
        expect(ok("ACL SETUSER probe &*")).toBe(facts.channelPermissions);
        const policies = directivesOf(release)["maxmemory-policy"]?.values ?? [];
        expect(maxmemoryPolicies.filter((policy) => ok(`CONFIG SET maxmemory-policy ${policy}`)).sort()).toEqual(
            [...policies].sort(),
        );
        expect(ok("CONFIG SET timeout 1 tcp-keepalive 60")).toBe(facts.multiValueDirectives);
        box.kill();
        const accepts = (line: string) =>
            !box.sh(`timeout 0.5 redis-server --port 0 --dir /tmp --${line} 2>&1 || true`).includes(">>>");
        expect(accepts("replicaof 127.0.0.1 1")).toBe(facts.replicaDirective === "replicaof");
        expect(accepts("slaveof 127.0.0.1 1")).toBe(true);
        expect(accepts("protected-mode no")).toBe(facts.protectedMode);
    });

    /** The protocols with which a handshake succeeds. */
    function spoken(): string[] {
        const flags = { "TLSv1.0": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3" };
        return tlsProtocols.filter((protocol) => {
            // The client's OpenSSL allows the old protocols only at the lowest security level.
            const client = ["s_client", "-connect", `${box.address()}:${tlsPort}`, flags[protocol]];
            const old = protocol < "TLSv1.2" ? ["-cipher", "DEFAULT:@SECLEVEL=0"] : [];
            try {
                const output = execFileSync("openssl", [...client, ...old], {
                    input: "",
                    encoding: "utf8",
                    stdio: "pipe",
                });
                return !output.includes("Cipher is (NONE)");
            } catch {
                return false;
            }
        });
    }

    test.each([
        [undefined, ["TLSv1.2", "TLSv1.3"]],
        [["TLSv1.3"], ["TLSv1.3"]],
        [
            ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
            ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
        ],
        [
            ["TLSv1.0", "TLSv1.1"],
            ["TLSv1.0", "TLSv1.1"],
        ],
    ])("tls.protocols %j: a server from 6.0 speaks %j and no other protocol", async (protocols, expected) => {
        if (!facts.nativeTls || !withTls()) return;
        await box.start({ tls: { ...(protocols && { protocols }) } });
        expect(spoken()).toEqual(expected);
        box.kill();
    });
});

describe("dumps of other releases", () => {
    let volume: string;
    const folder = (release: Release) => `/dumps/${release}`;
    const inside = (release: Release, script: string) =>
        docker(
            "run",
            "--rm",
            "--network",
            "none",
            "-u",
            "0",
            "-v",
            `${volume}:/dumps`,
            versions[release].image,
            "sh",
            "-c",
            script,
        );

    beforeAll(() => {
        volume = docker("volume", "create");
        for (const release of runnable) {
            inside(
                release,
                `mkdir ${folder(release)} && cd ${folder(release)}
                redis-server --port 0 --unixsocket /tmp/s --save '' --daemonize yes >/dev/null
                until redis-cli -s /tmp/s PING 2>/dev/null | grep -q PONG; do sleep 0.05; done
                for command in 'SET string 1' 'RPUSH list a b' 'HSET hash f v' 'ZADD sorted 1.5 m' 'SADD set a'; do
                    redis-cli -s /tmp/s $command >/dev/null
                done
                redis-cli -s /tmp/s SAVE >/dev/null`,
            );
        }
    });

    afterAll(() => {
        docker("volume", "rm", volume);
    });

    test.each(runnable)(
        "%s reads those of every release that it can upgrade from; Valkey refuses those of every other Redis",
        (release) => {
            const outcome = inside(
                release,
                `for from in ${runnable.join(" ")}; do
                rm -rf /tmp/w && mkdir /tmp/w && cp /dumps/$from/dump.rdb /tmp/w
                redis-server --port 0 --unixsocket /tmp/w/s --dir /tmp/w --save '' >/tmp/w/log 2>&1 & server=$!
                until keys=$(redis-cli -s /tmp/w/s --raw DBSIZE 2>/dev/null | grep -x '[0-9]*'); do
                    kill -0 $server 2>/dev/null || break
                    sleep 0.02
                done
                kill -9 $server 2>/dev/null; wait $server 2>/dev/null
                echo "$from \${keys:-refused}"
            done`,
            );
            const read = new Map(outcome.split("\n").map((line) => line.split(" ") as [Release, string]));
            for (const from of runnable) {
                if (canUpgrade(from, release)) expect([from, read.get(from)]).toEqual([from, "5"]);
            }
            if (versions[release].engine === "valkey") {
                const refused = runnable.filter(
                    (from) => versions[from].engine === "redis" && !canUpgrade(from, release),
                );
                for (const from of refused) expect([from, read.get(from)]).toEqual([from, "refused"]);
            }
        },
    );
});
