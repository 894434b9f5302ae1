/**
 * Previews the recorded stacks of each release with this checkout's package: nothing important is replaced without an
 * explanation.
 */
import { listFixtures, listReleases, placeOf, readFixture } from "./fixtures/fixture";
import { type Planned, TestStack } from "./support/stack";

/** Resources that hold data, keys, passwords or ports. Replacing one breaks clients. */
const irreplaceable = [
    "docker:index/volume:Volume",
    "tls:index/privateKey:PrivateKey",
    "tls:index/selfSignedCert:SelfSignedCert",
    "random:index/randomPassword:RandomPassword",
    "random:index/randomInteger:RandomInteger",
];

/** The preview must use the state alone. With a Docker host, it would look for containers that never existed on it. */
const withoutDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };

/** The databases of a program, and a pattern for those that set their version. */
const databases = (program: string) => program.match(/new RedisDatabase\([^]*?\n\}\)/g) ?? [];
const setsVersion = /^ {4}"version":/m;

const fixtures = listReleases().flatMap((release) => listFixtures(release).map((name) => [release, name] as const));

test("finds recorded states", () => {
    expect(fixtures).not.toEqual([]);
});

describe.each(fixtures)("the stack that %s created from %s.js", (release, name) => {
    const fixture = readFixture(release, name);
    const { program, exported } = fixture;
    const withoutVersion = databases(program).filter((database) => !setsVersion.test(database));
    let refused = "";
    let planned: Planned;

    beforeAll(async () => {
        const stack = await TestStack.create(`upgrade-${release}-${name}`, { env: withoutDocker, randomPorts: true });
        await stack.create(placeOf(fixture)).program(program).import(exported);
        if (withoutVersion.length > 0) refused = await stack.failure("preview");
        // As the error advises: with the line that it gives.
        const [, line = ""] = /to keep it, set (version: "[^"]*");/.exec(refused) ?? [];
        const withLine = withoutVersion.reduce(
            (all, each) => all.replace(each, each.replace("{", `{\n    ${line},`)),
            program,
        );
        planned = await stack.program(withLine).plannedSteps();
        stack.forget();
    });

    test("is not upgraded by a new default version", () => {
        // Pulumi may stop after the first error, so the refusals may be incomplete.
        const names = withoutVersion.map((database) => /"([^"]*)"/.exec(database)?.[1] ?? "");
        const refusal =
            /RedisDatabase "([^"]*)": 1 problem .*\n +version: is not set, .*\n.*\[redis-database\/default-version-changed\]/g;
        const refusals = [...refused.matchAll(refusal)].map(([, called = ""]) => called);
        expect(refusals.length > 0).toBe(withoutVersion.length > 0);
        expect(names).toEqual(expect.arrayContaining(refusals));
    });

    test("changes only as recorded in the snapshot", () => {
        const { steps, explanations } = planned;
        expect({ steps, explanations: [...explanations].sort() }).toMatchSnapshot();
    });

    test("keeps its data, keys, CAs, passwords and ports", () => {
        const lost = changed("replace", "delete").filter((child) => irreplaceable.includes(planned.types[child] ?? ""));
        expect(lost).toEqual([]);
    });

    test("explains each replacement of a container that clients are connected to", () => {
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

    /** Children have the name of their component as a prefix. So do replicas, with the name of their database. */
    function componentOf(child: string): string {
        const { resources } = exported.deployment as { resources: { type: string; urn: string }[] };
        const components = resources
            .filter(({ type }) => type.startsWith("redis-database:"))
            .map(({ urn }) => urn.split("::").at(-1) ?? "")
            .filter((component) => child.startsWith(`${component}-`));
        return components.sort((one, other) => other.length - one.length)[0] ?? "";
    }
});
