/** The page: signs in, shows the databases and running operations, and sends what the forms request. */
import { ApiError, call, follow, hasToken, setToken } from "./api.js";

const find = (selector) => document.querySelector(selector);
const refreshMs = 10_000;

/** An element with properties and children. Text is never parsed as HTML. */
function element(name, properties = {}, ...children) {
    const created = Object.assign(document.createElement(name), properties);
    created.append(...children);
    return created;
}

const button = (label, onclick, className = "") =>
    element("button", { type: "button", textContent: label, onclick, className });

/** Runs an action, and shows its error in `output`. */
async function attempt(output, action) {
    output.textContent = "";
    try {
        await action();
    } catch (error) {
        if (error instanceof ApiError && error.status === 401) signOut("The token is not valid.");
        else output.textContent = error instanceof ApiError ? error.message : "The portal does not answer.";
    }
}

// Sign in and out

find("#sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    setToken(find("#token").value.trim());
    find("#token").value = "";
    void show();
});

find("#sign-out").addEventListener("click", () => signOut(""));

function signOut(reason) {
    setToken(null);
    for (const part of ["#signed-in", "#sign-out"]) find(part).hidden = true;
    find("#sign-in").hidden = false;
    find("#sign-in .error").textContent = reason;
    find("#token").focus();
}

async function show() {
    if (!hasToken()) return signOut("");
    await attempt(find("#sign-in .error"), async () => {
        showVersions(await call("GET", "versions"));
        find("#sign-in").hidden = true;
        for (const part of ["#signed-in", "#sign-out"]) find(part).hidden = false;
        for (const operation of started.all()) watch(operation);
        await refresh();
    });
}

// The list

const list = () => attempt(find("#list-error"), refresh);

async function refresh() {
    const databases = await call("GET", "databases");
    find("#databases").hidden = databases.length === 0;
    find("#none").hidden = databases.length > 0;
    find("#databases tbody").replaceChildren(...databases.map(row));
    for (const { handle, running } of databases) if (running) watch({ handle, ...running });
}

setInterval(() => {
    if (hasToken() && !document.hidden) void list();
}, refreshMs);

function row(database) {
    const { handle, engine, version, flavor, persistenceLabel, ended, memoryMb, diskSizeGb } = database;
    const known = version !== undefined;
    return element(
        "tr",
        {},
        element("th", { scope: "row", textContent: handle }),
        element("td", {}, known ? `${titles[engine]} ${version}` : "", ended ? note("past end of life") : ""),
        element("td", {}, flavor ?? "", persistenceLabel ? note(persistenceLabel) : ""),
        element("td", {}, memoryMb ? `${memoryMb} MiB` : "", diskSizeGb ? note(`${diskSizeGb} GB disk`) : ""),
        element("td", {}, healthOf(database)),
        element("td", {}, element("div", { className: "buttons" }, ...actions(database))),
    );
}

const note = (text) => element("span", { className: "note", textContent: text });
const titles = { redis: "Redis", valkey: "Valkey" };

function healthOf({ status, health, running, interrupted }) {
    const ready = status === "ready" ? (health?.state ?? "unknown") : status;
    const state = running ? doing[running.operation] : interrupted ? "interrupted" : ready;
    const reason = interrupted ? interruptedWhile[interrupted] : health?.state !== "healthy" && health?.reason;
    return element(
        "span",
        {},
        element("span", { className: `badge ${running ? "running" : state}`, textContent: state }),
        !running && reason ? note(reason) : "",
    );
}

const doing = { create: "being created", rotate: "new password", delete: "being deleted" };
const interruptedWhile = {
    create: "while it was being created",
    rotate: "while its password was being changed",
    delete: "while it was being deleted",
};

function actions({ handle, running, interrupted }) {
    if (running) return [];
    const path = `databases/${encodeURIComponent(handle)}`;
    const request = (name) => () => attempt(find("#list-error"), () => begin("POST", `${path}/${name}`));
    return [
        interrupted ? button("Continue", request("continue")) : button("New password", request("password"), "quiet"),
        button("Delete", () => askToDelete(handle), "quiet danger"),
    ];
}

// Operations

/** The operations that this tab has started and whose URL it may still show. They survive a reload of the page. */
const started = {
    key: "portal-operations",
    all: () => JSON.parse(sessionStorage.getItem(started.key) ?? "[]"),
    add: (operation) => started.store([...started.all(), operation]),
    remove: (id) => started.store(started.all().filter((each) => each.id !== id)),
    store: (operations) => sessionStorage.setItem(started.key, JSON.stringify(operations)),
};

/** Sends a request that starts an operation, and shows its progress. */
async function begin(method, path, body) {
    const operation = await call(method, path, body);
    if (operation) {
        started.add(operation);
        watch(operation);
    }
    await refresh();
}

const watched = new Set();
const verbs = { create: "Creating", rotate: "New password for", delete: "Deleting" };
const phases = {
    waiting: "waiting until other operations have ended",
    preparing: "preparing",
    applying: "starting",
    removing: "deleting",
    planning: "planning",
    done: "done",
};

/** Shows the progress of an operation in a card, once. */
function watch({ id, operation, handle }) {
    if (watched.has(id)) return;
    watched.add(id);
    const mine = started.all().some((each) => each.id === id);
    const elapsed = element("span", { className: "elapsed" });
    const status = element("p", { role: "status", textContent: "requested" });
    const bar = element("progress", { ariaLabel: `Progress of ${handle}` });
    const log = element("ol");
    const steps = element("details", {}, element("summary", { textContent: "Steps" }), log);
    const card = element(
        "article",
        { className: "card operation" },
        element("h2", {}, `${verbs[operation]} ${handle} `, elapsed),
        bar,
        status,
        steps,
    );
    card.dataset.operation = id;
    find("#operations").append(card);

    let begun = Date.now();
    const showElapsed = () => (elapsed.textContent = `${Math.round((Date.now() - begun) / 1000)} s`);
    const timer = setInterval(showElapsed, 1000);

    const showEvent = (event) => {
        begun = Date.now() - event.seconds * 1000;
        showElapsed();
        if (event.percent !== undefined) bar.value = event.percent / 100;
        const text = textOf(event);
        if (text === "") return;
        status.textContent = text;
        log.append(element("li", { textContent: `${event.seconds} s: ${text}` }));
    };

    const end = ({ error }) => {
        clearInterval(timer);
        bar.remove();
        card.classList.add(error ? "failed" : "done");
        const close = () => {
            started.remove(id);
            card.remove();
        };
        const shows = mine && !error && operation !== "delete";
        if (!shows) started.remove(id);
        const show = () =>
            attempt(status, async () => showConnection(await call("POST", `operations/${id}/connection`)));
        const buttons = [
            ...(shows ? [button("Show the URLs, once", () => show().then(() => close()))] : []),
            ...(shows ? [] : [button("Close", close, "quiet")]),
        ];
        card.append(element("div", { className: "buttons" }, ...buttons));
        void list();
    };

    void read();

    async function read() {
        try {
            for await (const event of follow(id)) {
                if (event.type === "ended") return end((showEvent(event), event));
                showEvent(event);
            }
        } catch (error) {
            if (error instanceof ApiError) {
                // The portal was restarted, or has forgotten the operation. The list shows whether it was interrupted.
                started.remove(id);
                clearInterval(timer);
                card.remove();
                return;
            }
        }
        // The connection was lost. The events are sent again from the first one.
        status.textContent = "the portal does not answer; trying again";
        log.replaceChildren();
        setTimeout(() => void read(), 2000);
    }
}

function textOf(event) {
    switch (event.type) {
        case "phase":
            return phases[event.phase];
        case "resource": {
            if (event.status === "done") return "";
            const wait = event.waitsFor ? `, waiting for ${event.waitsFor}` : "";
            return `${event.operation} ${event.resource}${event.status === "failed" ? ": failed" : wait}`;
        }
        case "message":
            return event.severity === "info" ? "" : `${event.severity}: ${event.text}`;
        case "ended": {
            const { error } = event;
            return error ? `${error.message}. What to do: ${error.remedy}. (${error.code})` : "done";
        }
    }
}

// How to connect

/** Shows the URLs. Nothing on the page keeps them after the dialog is closed, and the portal sends them only once. */
function showConnection({ url, tlsUrl, caCertPem }) {
    const values = [
        ["URL with TLS", tlsUrl],
        ["URL without TLS", url],
        ["Certificate of its CA, which the client must trust", caCertPem],
    ].filter(([, value]) => value !== undefined);
    find("#connection-values").replaceChildren(
        ...values.map(([label, value]) => {
            const field = element("textarea", { readOnly: true, value, rows: value.includes("\n") ? 4 : 1 });
            const copied = button("Copy", () =>
                navigator.clipboard.writeText(value).then(() => (copied.textContent = "Copied")),
            );
            copied.className = "quiet";
            return element("div", { className: "copied" }, element("label", {}, label, field), copied);
        }),
    );
    find("#connection").showModal();
}

find("#connection").addEventListener("close", () => find("#connection-values").replaceChildren());

// Deletion

let toDelete;

function askToDelete(handle) {
    toDelete = handle;
    find("#delete .handle").textContent = handle;
    find("#delete form").reset();
    find("#delete .error").textContent = "";
    find("#delete").showModal();
}

find("#delete form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { confirm } = Object.fromEntries(new FormData(event.target));
    void attempt(find("#delete .error"), async () => {
        await begin("DELETE", `databases/${encodeURIComponent(toDelete)}`, { confirm });
        find("#delete").close();
    });
});

find("#delete [value=cancel]").addEventListener("click", () => find("#delete").close());

// Creation

function showVersions(versions) {
    // The versions in the order of the API: each in every flavor, oldest first.
    const offered = versions.filter(({ flavor }) => flavor === "aof").reverse();
    // The latest Redis that was tested with a real server.
    const preferred = offered.find(({ engine, ended, verifiedWith }) => engine === "redis" && !ended && verifiedWith);
    find("#create [name=version]").replaceChildren(
        ...offered.map((each) => {
            const { engine, version, ended } = each;
            const label = `${titles[engine]} ${version}${ended ? ", past end of life" : ""}`;
            return element("option", {
                value: `${engine} ${version}`,
                textContent: label,
                selected: each === preferred,
            });
        }),
    );
}

find("#create").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const { handle, version: release, flavor, memoryMb, diskSizeGb } = Object.fromEntries(new FormData(form));
    const [engine, version] = release.split(" ");
    const sizes = { memoryMb: Number(memoryMb), diskSizeGb: Number(diskSizeGb) };
    void attempt(form.querySelector(".error"), async () => {
        await begin("POST", "databases", { handle, engine, version, flavor, ...sizes });
        form.elements.handle.value = "";
    });
});

void show();
