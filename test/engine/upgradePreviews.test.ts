/** Stacks of each release, previewed with this checkout's package: nothing that matters is replaced without a word. */
import { listFixtures, listReleases, readFixture } from "./fixtures/fixture";
import { type Planned, TestStack } from "./support/stack";

/** What holds data, keys, passwords or ports. With another one, clients lose what they rely on. */
const irreplaceable = [
    "docker:index/volume:Volume",
    "tls:index/privateKey:PrivateKey",
    "tls:index/selfSignedCert:SelfSignedCert",
    "random:index/randomPassword:RandomPassword",
    "random:index/randomInteger:RandomInteger",
];

/** A preview reads the state alone. With an engine, it would look for containers that never were there. */
const withoutDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };

/** The databases of a program, and whether one says its version. */
const databases = (program: string) => program.match(/new RedisDatabase\([^]*?\n\}\)/g) ?? [];
const namesVersion = /^ {4}"version":/m;

const fixtures = listReleases().flatMap((release) => listFixtures(release).map((name) => [release, name] as const));

test("there are fixtures", () => {
    expect(fixtures).not.toEqual([]);
});

describe.each(fixtures)("the stack that %s made of %s.js", (release, name) => {
    const { program, exported } = readFixture(release, name);
    const nameless = databases(program).filter((database) => !namesVersion.test(database));
    let refused = "";
    let planned: Planned;

    beforeAll(async () => {
        const stack = await TestStack.create(`upgrade-${release}-${name}`, { env: withoutDocker, randomPorts: true });
        await stack.program(program).import(exported);
        if (nameless.length > 0) refused = await stack.failure("preview");
        // As somebody goes on from there: with the line that the error gives.
        const [, line = ""] = /to keep it, set (version: "[^"]*");/.exec(refused) ?? [];
        const withLine = nameless.reduce(
            (all, each) => all.replace(each, each.replace("{", `{\n    ${line},`)),
            program,
        );
        planned = await stack.program(withLine).plannedSteps();
        stack.forget();
    });

    test("is not upgraded by a default that has changed since", () => {
        // The engine may end before it has asked the others.
        const names = nameless.map((database) => /"([^"]*)"/.exec(database)?.[1] ?? "");
        const refusal =
            /RedisDatabase "([^"]*)": 1 problem .*\n +version: is not set, .*\n.*\[redis-database\/default-version-changed\]/g;
        const refusals = [...refused.matchAll(refusal)].map(([, called = ""]) => called);
        expect(refusals.length > 0).toBe(nameless.length > 0);
        expect(names).toEqual(expect.arrayContaining(refusals));
    });

    test("changes only as recorded here", () => {
        const { steps, explanations } = planned;
        expect({ steps, explanations: [...explanations].sort() }).toMatchSnapshot();
    });

    test("keeps its data, keys, CAs, passwords and ports", () => {
        const lost = changed("replace", "delete").filter((child) => irreplaceable.includes(planned.types[child] ?? ""));
        expect(lost).toEqual([]);
    });

    test("says so where a container is replaced that clients are connected to", () => {
        const replaced = changed("replace", "delete").filter(
            (child) => planned.types[child] === "docker:index/container:Container" && !child.endsWith("-agent"),
        );
        const explained = replaced.filter((child) => explains(componentOf(child)));
        expect(explained).toEqual(replaced);
    });

    const changed = (...operations: string[]) =>
        Object.keys(planned.steps).filter((child) => operations.includes(planned.steps[child] ?? ""));

    const explains = (component: string) =>
        planned.explanations.some((line) => new RegExp(`^Redis(Database|Replica) "${component}":`).test(line));

    /** Children are named after their components, and so are the components of replicas after their databases. */
    function componentOf(child: string): string {
        const { resources } = exported.deployment as { resources: { type: string; urn: string }[] };
        const components = resources
            .filter(({ type }) => type.startsWith("redis-database:"))
            .map(({ urn }) => urn.split("::").at(-1) ?? "")
            .filter((component) => child.startsWith(`${component}-`));
        return components.sort((one, other) => other.length - one.length)[0] ?? "";
    }
});
