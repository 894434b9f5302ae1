/** Uses the portal of examples/platform as developers do: in a browser, and with the commands of its README. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type Page, chromium } from "playwright-core";
import { Client, docker, existing } from "../engine/support/docker";
import { type StackState, dockerObjects } from "../engine/support/stackState";
import { DocumentedCommands } from "../support/documentedCommands";
import { createExample, exampleDirectory } from "../support/exampleProject";

const root = resolve(__dirname, "../..");
const readme = "examples/platform/README.md";
const commands = new DocumentedCommands("portal");
const start = commands.take(readme, "Run it");
const listDatabases = commands.take(readme, "Use the API");
const createDatabase = commands.take(readme, "Use the API");
const deleteDatabase = commands.take(readme, "Clean up");

const directory = exampleDirectory("portal");
const data = join(directory, "data");
const stacks = join(data, "state/.pulumi/stacks/redis");
const creationMs = 5 * 60_000;

let environment: NodeJS.ProcessEnv;
let browser: Browser;
let client: Client;
let portal: Portal;

/** A running portal. */
class Portal {
    private constructor(
        private readonly process: ChildProcess,
        readonly output: string,
    ) {}

    static async start(more: NodeJS.ProcessEnv = {}): Promise<Portal> {
        const env = { ...environment, PORT: "0", ...more };
        const process = spawn("bash", ["-ec", `exec ${start}`], {
            cwd: directory,
            env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        process.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        await new Promise<void>((resolve, reject) => {
            process.stdout.on("data", (chunk: Buffer) => {
                output += chunk.toString();
                if (output.includes("The portal: http")) resolve();
            });
            process.once("exit", () => {
                reject(new Error(`the portal has ended: ${output}`));
            });
        });
        return new Portal(process, output);
    }

    get url(): string {
        return /The portal: (\S+)/.exec(this.output)?.[1] ?? "";
    }

    /** Its exit code after a signal. */
    async stop(signal: NodeJS.Signals): Promise<number | null> {
        if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
        const ended = once(this.process, "exit") as Promise<[number | null]>;
        this.process.kill(signal);
        return (await ended)[0];
    }

    /** A request to the API. */
    fetch(method: string, path: string, body?: object, authorization = `Bearer ${token()}`): Promise<Response> {
        return fetch(`${this.url}/api/${path}`, {
            method,
            headers: { authorization, ...(body && { "content-type": "application/json" }) },
            ...(body && { body: JSON.stringify(body) }),
        });
    }

    /** A command of the README, which names the default port. */
    shell(command: string): string {
        const here = command.replaceAll("http://127.0.0.1:8080", this.url);
        return execFileSync("bash", ["-ec", here], { cwd: directory, encoding: "utf8", env: environment });
    }

    /** A new tab, signed in. */
    async open(): Promise<Page> {
        const page = await browser.newPage({ viewport: { width: 960, height: 640 }, colorScheme: "light" });
        await page.goto(this.url);
        await page.getByLabel("Token").fill(token());
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { name: "Databases", exact: true }).waitFor();
        return page;
    }
}

const token = () => readFileSync(join(data, "token"), "utf8");
const states = () => (existsSync(stacks) ? readdirSync(stacks).filter((file) => file.endsWith(".json")) : []);
const row = (page: Page, handle: string) => page.getByRole("row").filter({ hasText: handle });
const created = (handle: string) =>
    dockerObjects(
        (JSON.parse(readFileSync(join(stacks, `${handle}.json`), "utf8")) as { checkpoint: { latest: StackState } })
            .checkpoint.latest,
    );

/** For the guide. Only on request, since each run would change the files. */
async function screenshot(page: Page, name: string): Promise<void> {
    if (process.env.UPDATE_SCREENSHOTS === undefined) return;
    await page.screenshot({ path: join(root, `docs/images/portal-${name}.png`) });
}

/** Rules of accessibility that the page breaks in the light or the dark color scheme. */
async function accessibilityProblems(page: Page): Promise<string[]> {
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const found: string[] = [];
    for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<AxeResults>("axe.run()");
        for (const { id, nodes } of violations)
            found.push(...nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`));
    }
    return found;
}

/** The values that the page shows once. Closes the dialog. */
async function takeConnection(page: Page): Promise<{ tlsUrl: string; url: string; caCertPem: string }> {
    await page.getByRole("button", { name: "Show the URLs, once" }).click({ timeout: creationMs });
    const value = (label: string) => page.getByLabel(label).inputValue();
    const tlsUrl = await value("URL with TLS");
    const url = await value("URL without TLS");
    const caCertPem = await value("Certificate of its CA");
    await page.locator("dialog textarea").evaluateAll((fields: HTMLTextAreaElement[]) => {
        for (const field of fields) field.value = field.value.replace(/:[^:@/]+@/, ":PASSWORD@");
    });
    await screenshot(page, "connection");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "I have stored them" }).click();
    return { tlsUrl, url, caCertPem };
}

const passwordIn = (url: string) => new URL(url).password;

beforeAll(async () => {
    environment = createExample(directory);
    // The portal creates its own passphrase and backend.
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_BACKEND_URL"]) {
        environment[name] = undefined;
    }
    cpSync(join(root, "examples/platform"), directory, {
        recursive: true,
        filter: (source) => !source.startsWith(join(root, "examples/platform/data")),
    });
    mkdirSync(join(root, "docs/images"), { recursive: true });
    client = new Client();
    const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath });
    portal = await Portal.start();
});

afterAll(async () => {
    await browser.close();
    client.close();
    // A failed test leaves databases behind, or one that is being created.
    await portal.stop("SIGTERM");
    for (const file of states()) {
        const left = existing(created(file.slice(0, -".json".length)));
        for (const { kind, key } of left) if (kind === "container") docker("rm", "-f", key);
        for (const { kind, key } of left) if (kind !== "container") docker(kind, "rm", key);
    }
    rmSync(directory, { recursive: true, force: true });
});

test("the first start prints the token, which only the user can read", async () => {
    expect(portal.output).toContain(token());
    expect(token()).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(data, "token")).mode & 0o777).toBe(0o600);
    expect(await portal.stop("SIGINT")).toBe(0);
    portal = await Portal.start();
    expect(portal.output).not.toContain(token());
});

test.each([
    ["GET", "versions", undefined],
    ["GET", "databases", undefined],
    ["POST", "databases", { handle: "stolen" }],
    ["POST", "databases/stolen/password", undefined],
    ["POST", "databases/stolen/continue", undefined],
    ["DELETE", "databases/stolen", { confirm: "stolen" }],
    ["GET", "operations/any/events", undefined],
    ["POST", "operations/any/connection", undefined],
])("%s /api/%s without the token changes nothing", async (method, path, body) => {
    for (const authorization of ["", "Bearer wrong", `Bearer ${token()}x`, token()]) {
        const response = await portal.fetch(method, path, body, authorization);
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ code: "unauthorized" });
    }
    expect(await (await portal.fetch("GET", "databases")).json()).toEqual([]);
    expect(states()).toEqual([]);
});

test.each([
    [{ handle: "a", version: "9.9" }, 422, "unknown-version"],
    [{ handle: "a", memoryMb: 1 }, 422, "validation"],
    [{ handle: "../a" }, 422, "validation"],
    [{ handle: "a", image: "other" }, 422, "validation"],
    [{ handle: 1 }, 422, "validation"],
    [{ handle: "a".repeat(5000) }, 413, "invalid-request"],
])("refuses a request that is not valid: %#", async (body, status, code) => {
    const response = await portal.fetch("POST", "databases", body);
    const problem = (await response.json()) as Record<string, string>;
    expect([response.status, problem.code]).toEqual([status, code]);
    expect([problem.message, problem.remedy]).not.toContain("");
    expect(states()).toEqual([]);
});

test("a developer creates a database in the browser, changes its password and deletes it", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(portal.url);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The token is not valid.").waitFor();
    expect(await page.getByRole("button", { name: "Create" }).isVisible()).toBe(false);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.close();

    const tab = await portal.open();
    tab.on("pageerror", (error) => errors.push(error.message));
    await tab.getByText("There are no databases yet.").waitFor();
    await tab.getByLabel("Name", { exact: true }).fill("sessions");
    expect(await tab.getByLabel("Version").inputValue()).toBe("redis 8.6");
    await tab.getByLabel("Memory (MiB)").fill("64");
    await tab.getByRole("button", { name: "Create", exact: true }).click();
    const card = tab.getByRole("article");
    await card.getByRole("progressbar").waitFor();
    await card
        .getByText(/waiting for its health check to pass/)
        .first()
        .waitFor({ timeout: creationMs });
    await card.getByText(/^\d+ s$/).waitFor();
    await row(tab, "sessions").getByText("being created").waitFor();
    // A second request for the same name, and one for its URL, are too early.
    const same = await portal.fetch("POST", "databases", { handle: "sessions" });
    expect([same.status, ((await same.json()) as { code: string }).code]).toEqual([409, "handle-taken"]);
    const id = (await card.getAttribute("data-operation")) ?? "";
    expect((await portal.fetch("POST", `operations/${id}/connection`)).status).toBe(409);
    await screenshot(tab, "progress");
    expect(await accessibilityProblems(tab)).toEqual([]);

    // The page can be reloaded meanwhile: the progress is shown from the start, and the URL once at the end.
    await tab.reload();
    const { tlsUrl, url, caCertPem } = await takeConnection(tab);
    expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
    expect(client.redis(url, ["PING"])).toBe("PONG");
    const again = await portal.fetch("POST", `operations/${id}/connection`);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([410, "url-shown"]);
    const events = await (await portal.fetch("GET", `operations/${id}/events`)).text();
    expect(events).toMatch(/^data: \{"type":"phase".*"waiting"/);
    expect(events).toMatch(/\ndata: \{"type":"ended","seconds":\d+\}\n\n$/);

    await tab.reload();
    await row(tab, "sessions").getByText("healthy", { exact: true }).waitFor();
    await row(tab, "sessions").getByText("Redis 8.6").waitFor();
    await row(tab, "sessions").getByText("64 MiB").waitFor();
    await screenshot(tab, "list");
    expect(await accessibilityProblems(tab)).toEqual([]);
    expect(await tab.getByRole("article").count()).toBe(0);
    const stored = await tab.evaluate(() => JSON.stringify(sessionStorage) + JSON.stringify(localStorage));
    const shown = (await tab.content()) + stored + events + portal.shell(listDatabases);
    expect(shown).toContain("sessions");
    expect(shown).not.toContain(passwordIn(url));

    await row(tab, "sessions").getByRole("button", { name: "New password" }).click();
    const rotated = await takeConnection(tab);
    expect(passwordIn(rotated.url)).not.toBe(passwordIn(url));
    expect(client.redis(rotated.tlsUrl, ["PING"], { caCertPem })).toBe("PONG");

    const objects = created("sessions");
    await row(tab, "sessions").getByRole("button", { name: "Delete" }).click();
    const dialog = tab.getByRole("dialog");
    await dialog.getByLabel("Repeat its name").fill("session");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await dialog.getByText('"session" does not confirm the deletion of "sessions"').waitFor();
    await screenshot(tab, "delete");
    expect(await accessibilityProblems(tab)).toEqual([]);
    expect(client.redis(rotated.url, ["PING"])).toBe("PONG");
    await dialog.getByLabel("Repeat its name").fill("sessions");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await tab.getByText("There are no databases yet.").waitFor({ timeout: creationMs });
    expect(objects).toHaveLength(4);
    expect(existing(objects)).toEqual([]);
    expect(states()).toEqual([]);
    expect(errors).toEqual([]);
    await tab.close();
});

test("a portal that is stopped during a creation continues it after the next start", async () => {
    await portal.stop("SIGTERM");
    portal = await Portal.start({ GRACE_SECONDS: "0" });
    portal.shell(listDatabases);
    const { id } = JSON.parse(portal.shell(createDatabase)) as { id: string };
    const response = await portal.fetch("GET", `operations/${id}/events`);
    let read = "";
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
        read += Buffer.from(chunk).toString();
        if (read.includes('"resource":"jobs-agent"')) break;
    }
    const stopped = Date.now();
    expect(await portal.stop("SIGTERM")).toBe(0);
    expect(Date.now() - stopped).toBeLessThan(15_000);
    expect(read).not.toContain('"type":"ended"');

    portal = await Portal.start();
    const tab = await portal.open();
    await row(tab, "jobs").getByText("while it was being created").waitFor();
    await screenshot(tab, "interrupted");
    expect(await accessibilityProblems(tab)).toEqual([]);
    await row(tab, "jobs").getByRole("button", { name: "Continue" }).click();
    const { tlsUrl, caCertPem } = await takeConnection(tab);
    expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
    await row(tab, "jobs").getByText("healthy", { exact: true }).waitFor();

    const objects = created("jobs");
    portal.shell(deleteDatabase);
    await tab.getByText("There are no databases yet.").waitFor({ timeout: creationMs });
    expect(existing(objects)).toEqual([]);
    expect(await portal.stop("SIGTERM")).toBe(0);
});

commands.testThatAllWereTaken();
