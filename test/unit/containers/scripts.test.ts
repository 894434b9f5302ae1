/** Conventions of the scripts in containers that ShellCheck does not check. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = join(__dirname, "../../../provider/containers");
const sources = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sh"))
    .map((name) => [name, readFileSync(join(directory, name), "utf8")] as const);
const everything = sources.map(([, text]) => text).join("\n");

interface ShellFunction {
    readonly name: string;
    /** The comment above it. */
    readonly header: string;
    readonly body: string;
}

/** The functions of a file: on one line, or up to a closing brace at the start of a line. */
function functionsIn(text: string): ShellFunction[] {
    const pattern = /((?:^#.*\n)*)^(\w+)\(\) \{(?: (.*) \}$|\n([^]*?)^\}$)/gm;
    return [...text.matchAll(pattern)].map(([, header = "", name = "", line, lines]) => ({
        header,
        name,
        body: (line ?? lines ?? "").replace(/'[^']*'/g, "''").replace(/^ *#.*$/gm, ""),
    }));
}

const functions = sources.flatMap(([file, text]) =>
    functionsIn(text).map((found) => [`${file}: ${found.name}`, found] as const),
);

test("every function is found", () => {
    expect(functions).toHaveLength(everything.match(/^\w+\(\) \{/gm)?.length ?? 0);
    expect(functions.length).toBeGreaterThan(100);
});

test.each(functions)("%s: its variables are local, or its header lists them", (_name, { header, body }) => {
    const own = [...body.matchAll(/\blocal ([^\n]+)/g)].flatMap(([, names = ""]) =>
        names.split(/\s+/).map((name) => name.replace(/=.*/, "")),
    );
    const assigned = [
        ...[...body.matchAll(/(?:^|[;&|({!]|\bthen|\belse|\bdo)\s*(\w+)=/gm)].map(([, name = ""]) => name),
        ...[...body.matchAll(/\bfor (\w+) in/g)].map(([, name = ""]) => name),
        ...[...body.matchAll(/\bread (?:-r )?([\w ]+)/g)].flatMap(([, names = ""]) => names.trim().split(" ")),
    ];
    const declared = /^# {3}sets +(.*)$/m.exec(header)?.[1]?.split(/[,;: ]+/) ?? [];
    // Names in upper case are variables of the environment.
    const undeclared = assigned.filter((name) => !/^[A-Z_]+$/.test(name) && ![...own, ...declared].includes(name));
    expect(undeclared).toEqual([]);
});

test.each(functions)("%s: its header documents its parameters", (_name, { name, header, body }) => {
    // access.sh documents the functions that users.sh and password.sh have in common.
    if (/^(?:users|password)_/.test(name)) return;
    const before = body.split(/^ *set -- /m)[0] ?? "";
    for (const [, parameter] of before.matchAll(/\$([1-9*@])/g)) {
        expect(header).toMatch(new RegExp(`^# {3}(.*, )?\\$[${parameter ?? ""}]`, "m"));
    }
});

test("users.sh and password.sh have the same functions, which access.sh documents", () => {
    const named = (file: string, prefix: string) =>
        functionsIn(sources.find(([name]) => name === `agent/${file}`)?.[1] ?? "")
            .filter(({ name }) => name.startsWith(`${prefix}_`))
            .map(({ name }) => name.slice(prefix.length + 1))
            .filter((name) => everything.includes(`_access}_${name}"`))
            .sort();
    const documented = [...everything.matchAll(/^# {3}(\w+) {2,}/gm)].map(([, name = ""]) => name);
    expect(named("users.sh", "users")).toEqual(named("password.sh", "password"));
    expect(named("users.sh", "users").filter((name) => !documented.includes(name))).toEqual([]);
    expect(named("users.sh", "users").length).toBeGreaterThan(5);
});

describe("files", () => {
    const text = sources.find(([name]) => name === "shared/files.sh")?.[1] ?? "";
    const variables = [...text.matchAll(/^(\w+)=/gm)].map(([, name = ""]) => name);

    test("each variable of files.sh is used", () => {
        const used = (name: string) => everything.match(new RegExp(`\\$\\{?${name}\\b`)) !== null;
        expect(variables.length).toBeGreaterThan(50);
        expect(variables.filter((name) => !used(name))).toEqual([]);
    });

    // Paths that the server's user can write to: see links.sh.
    const foreign = new Set<string>();
    for (const [, name = "", parent = ""] of text.matchAll(/^(\w+)=\$(\w+)/gm)) {
        const isForeign = ["data_dir", "acl_dir", "run_dir", "terminator_dir", "primary_dir"].includes(parent);
        if (isForeign || foreign.has(parent)) foreign.add(name);
    }
    ["ROOT", "primarys_offers_dir", "primarys_asked_marker", "primarys_nearby_dir"].forEach((name) =>
        foreign.delete(name),
    );
    const agents = sources.filter(([name]) => name.startsWith("agent/"));

    test.each(agents)("%s opens no file by name in a directory of the server's user", (_name, source) => {
        const opening =
            /(?:[<>]|\b(?:mark|line_of|cat|touch|tail|head|cp|tee|mkdir|chmod|sed [^|;\n]*|awk [^|;\n]*|grep [^|;\n]*|rm -rf [^|;\n]*)) ?"\$(\w+)"/g;
        const opened = [...source.matchAll(opening)].map(([, name = ""]) => name).filter((name) => foreign.has(name));
        // The first two are only compared, of the third only file names are used, and the agent enters the last one before it
        // moves files there.
        const allowed = ["server_file", "memory_limit_file", "log_manifest", "set_aside_dir"];
        // They are used before the first start of a server.
        allowed.push("restoring_dir", "restored_dir");
        expect(foreign.size).toBeGreaterThan(20);
        expect(opened.filter((name) => !allowed.includes(name))).toEqual([]);
    });

    test.each(sources.filter(([name]) => !name.endsWith("/files.sh") && name !== "backup/orphans.sh"))(
        "%s contains no paths",
        (_name, source) => {
            const code = source.replace(/^\s*#.*$/gm, "").replace(/'[^']*'/g, "");
            const paths = [...code.matchAll(/(?<![\w$}*/.,\])])(?<!(?:_dir|generation)")\/[a-z][\w./-]*/g)].map(
                ([path]) => path,
            );
            const allowed = [
                "/agent.sh",
                "/dev/null",
                "/dev/urandom",
                // The name of each backup in its repository.
                "/dump.rdb",
                "/haproxy.cfg",
                "/proc/1/fd/1",
                "/proc/self/fd/3",
            ];
            expect(paths.filter((path) => !allowed.includes(path))).toEqual([]);
        },
    );
});
