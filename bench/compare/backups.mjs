/**
 * Backups and restores of 1 GB, compared with the parts that anyone needs: `redis-cli --rdb` for a backup, and for a restore
 * a copy of the dump that a server loads.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";
import { docker, run, say, wasInterrupted } from "../lib/command.mjs";
import { comparison, figure } from "../lib/report.mjs";
import { Traffic } from "../lib/traffic.mjs";
import { image } from "../lib/workspace.mjs";

const rounds = 3;
const keys = 1_000_000;
const valueBytes = 1000;
const memoryMb = 4096;
/** Creates an empty repository: a backup container never does that in place of one that has disappeared. */
const restic = ["/backup/bin/restic", "--repo", "/repositories/1", "--insecure-no-password"];

export async function backups(workspace) {
    const stack = await workspace.stack("backups", 1, memoryMb);
    const { firstPort: port, names } = stack.configure({});
    const repository = `${names[0]}-backups`;
    const copy = `${names[0]}-dump`;
    try {
        await stack.up();
        const { server, caCertPem } = await stack.outputs();
        const backupContainer = await docker("ps", "--format", "{{.Names}}", "--filter", `name=^${names[0]}-backup-`);
        await fill(port, 0, keys);
        const back = () => timed(() => docker("exec", backupContainer, "sh", "/backup.sh", "run", "manual"));
        const dump = () => timed(() => dumpByHand(server, copy));

        const figures = { ours: [], dump: [], second: [], oursWorst: [], dumpWorst: [] };
        for (let round = 0; round < rounds; round++) {
            const sides = [
                async () => {
                    await emptyVolume(repository);
                    await docker("exec", backupContainer, ...restic, "init");
                    figures.ours.push(await back());
                    await fill(port, Math.floor(Math.random() * 0.99 * keys), keys / 100);
                    figures.second.push(await back());
                },
                async () => figures.dump.push(await dump()),
            ];
            for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
            figures.oursWorst.push(await worstWrite(port + 1, caCertPem, back));
            figures.dumpWorst.push(await worstWrite(port + 1, caCertPem, dump));
            say(`backup: ${JSON.stringify(figures)}`);
        }
        const restores = { ours: [], theirs: [] };
        await dump();
        for (let round = 0; round < rounds; round++) {
            const sides = [
                async () => restores.ours.push(await restoreOnce(workspace, stack)),
                async () => restores.theirs.push(await loadByHand(workspace, copy)),
            ];
            for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
            say(`restore: ${JSON.stringify(restores)}`);
        }
        return tables(figures, restores);
    } finally {
        await stack.destroy();
        await run("docker", ["volume", "rm", "--force", repository, copy], { cleaning: true });
    }
}

function tables(figures, restores) {
    return [
        {
            title: `A backup of ${(keys * valueBytes) / 1e6} MB in a volume`,
            ours: "backup",
            theirs: "redis-cli --rdb alone",
            unit: "s",
            rows: [
                comparison("into an empty repository", figures.ours, figures.dump, 2.2),
                comparison("again, after 1 % of the keys changed", figures.second, figures.dump),
            ],
            notes: ["Random values: they neither compress nor repeat."],
        },
        {
            title: "The slowest write of a client over TLS meanwhile",
            ours: "backup",
            theirs: "redis-cli --rdb alone",
            unit: "ms",
            rows: [comparison("four connections", figures.oursWorst, figures.dumpWorst)],
        },
        {
            title: `A restore of ${(keys * valueBytes) / 1e6} MB, until the server has all keys`,
            ours: "restoreFrom",
            theirs: "copy and load",
            unit: "s",
            rows: [
                comparison(
                    "from the creation of the first container",
                    restores.ours.map(({ fromContainer }) => fromContainer),
                    restores.theirs,
                    1.5,
                ),
            ],
        },
        {
            title: "The same restore, from the start of `pulumi up`",
            ours: "restoreFrom",
            unit: "s",
            rows: [
                figure(
                    "until the server has all keys",
                    restores.ours.map(({ fromCommand }) => fromCommand),
                ),
            ],
        },
    ];
}

async function timed(action) {
    const begun = performance.now();
    await action();
    return (performance.now() - begun) / 1000;
}

/** Writes random values to consecutive keys. */
async function fill(port, first, count) {
    const redis = connect(port);
    for (let start = first; start < first + count; start += 1000) {
        const bytes = randomBytes(1000 * valueBytes);
        const pipeline = redis.pipeline();
        for (let index = 0; index < 1000; index++)
            pipeline.set(`key:${start + index}`, bytes.subarray(index * valueBytes, (index + 1) * valueBytes));
        await pipeline.exec();
    }
    while (/^(rdb_bgsave|aof_rewrite)_(in_progress|scheduled):1/m.test(await redis.info("persistence")))
        await sleep(100);
    redis.disconnect();
}

/** Writes a dump to a volume, from a container of the server's image next to the server. */
function dumpByHand(server, volume) {
    const args = [
        "--rm",
        "--env",
        "REDISCLI_AUTH=bench",
        "--network",
        `container:${server}`,
        "--volume",
        `${volume}:/dump`,
    ];
    return docker("run", ...args, image, "redis-cli", "--user", "app", "--rdb", "/dump/dump.rdb");
}

function emptyVolume(volume) {
    return docker(
        "run",
        "--rm",
        "--volume",
        `${volume}:/volume`,
        image,
        "find",
        "/volume",
        "-mindepth",
        "1",
        "-delete",
    );
}

async function worstWrite(tlsPort, caCertPem, action) {
    const traffic = new Traffic(tlsPort, caCertPem, keys);
    try {
        await sleep(1000);
        await action();
    } finally {
        await traffic.stop();
    }
    return traffic.worstMs;
}

/** Creates a restored database, and removes it again. */
async function restoreOnce(workspace, stack) {
    const port = await workspace.freePorts(2);
    stack.configure({ restored: port });
    const begun = Date.now();
    const up = stack.up();
    const loaded = await Promise.all([allKeysAt(port), up]).then(([time]) => time);
    const name = `${stack.settings.names[0]}-restored`;
    const containers = (await docker("ps", "--all", "--format", "{{.Names}}", "--filter", `name=^${name}-`)).split(
        "\n",
    );
    const created = await docker("inspect", "--format", "{{.Created}}", ...containers);
    const first = Math.min(...created.split("\n").map((text) => Date.parse(text)));
    stack.configure({ restored: undefined });
    if (!wasInterrupted()) await stack.up();
    return { fromContainer: (loaded - first) / 1000, fromCommand: (loaded - begun) / 1000 };
}

/** Copies the dump to a new volume and starts a server on it. */
async function loadByHand(workspace, dump) {
    const port = await workspace.freePorts(1);
    const name = `${workspace.name}-load-${port}`;
    const begun = Date.now();
    try {
        await docker(
            "run",
            "--rm",
            "--volume",
            `${dump}:/dump`,
            "--volume",
            `${name}:/data`,
            image,
            "cp",
            "/dump/dump.rdb",
            "/data/dump.rdb",
        );
        await docker(
            "run",
            "--detach",
            "--name",
            name,
            "--publish",
            `127.0.0.1:${port}:6379`,
            "--volume",
            `${name}:/data`,
            image,
            "redis-server",
            "--protected-mode",
            "no",
        );
        return ((await allKeysAt(port)) - begun) / 1000;
    } finally {
        await run("docker", ["rm", "--force", name], { cleaning: true });
        await run("docker", ["volume", "rm", "--force", name], { cleaning: true });
    }
}

/** The time at which the server on a port has all keys, in milliseconds since 1970. */
async function allKeysAt(port) {
    for (const end = performance.now() + 600_000; performance.now() < end; await sleep(50)) {
        if (wasInterrupted()) throw new Error("interrupted");
        const redis = connect(port);
        const count = await redis.dbsize().catch(() => 0);
        redis.disconnect();
        if (count >= keys) return Date.now();
    }
    throw new Error("the data was not there after 10 minutes");
}

function connect(port) {
    const redis = new Redis({ port, password: "bench", retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on("error", () => undefined);
    return redis;
}
