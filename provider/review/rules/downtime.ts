/** The rules about clients that are disconnected, or that cannot connect as before. */
import type { RuleText } from "./rule";

export const downtimeRules = {
    "server-deleted": {
        severity: "downtime",
        title: "A server is deleted, and its data stays",
        meaning:
            "The program no longer has the database. Its data is on a volume or in a directory that the update keeps.",
        danger: "Clients can no longer connect.",
        remedy: "make sure that no client needs the database; to serve the data again, set `data` to its location",
    },
    "server-replaced": {
        severity: "downtime",
        title: "The server is replaced",
        meaning: "The container is stopped and a new one is started with the same data.",
        danger: "All clients are disconnected once, and commands fail until the new server has loaded the data.",
        remedy: "make the change when few clients are active, and let clients reconnect and retry",
    },
    "haproxy-replaced": {
        severity: "downtime",
        title: "HAProxy is replaced",
        meaning: "HAProxy, which terminates TLS in front of versions before 6.0, gets a new container.",
        danger: "TLS clients are disconnected once.",
        remedy: "make the change when few clients are active, and let clients reconnect and retry",
    },
    "clients-cannot-connect": {
        severity: "downtime",
        title: "Some clients can no longer connect",
        meaning: "The server no longer accepts a way to connect that it accepted before.",
        danger: "Clients that connect in that way fail until they are changed.",
        remedy: "change these clients first; then make this change",
    },
    "urls-changed": {
        severity: "downtime",
        title: "The old URLs stop working",
        meaning: "The host, a port or the primary in the URLs changes.",
        danger: "Clients with the old URLs cannot connect, or cannot write.",
        remedy: "deploy the clients right after this update, with the new URLs from the outputs",
    },
    "ca-changed": {
        severity: "downtime",
        title: "Clients must trust another CA",
        meaning: "The certificate is signed by a CA that clients do not have yet.",
        danger: "Clients that verify the certificate cannot connect until they have the new CA.",
        remedy: "publish both CAs first: `tls.caVersions: [1, 2]`, then `[2, 1]`, then `[2]`",
    },
    "certificate-names-removed": {
        severity: "downtime",
        title: "The certificate loses names",
        meaning: "The new certificate is not valid for some of the names of the old one.",
        danger: "Clients that connect by such a name and verify the certificate fail.",
        remedy: "let clients use a name that stays; then remove the old one from `tls.hosts`",
    },
    "user-rules-changed": {
        severity: "downtime",
        title: "The rules of a user change",
        meaning: "The new rules apply at once, also to open connections.",
        danger: "Commands, keys and channels that the new rules do not allow fail with NOPERM.",
        remedy: "check with `ACL DRYRUN` that the new rules allow what the user's clients do",
    },
    "user-removed": {
        severity: "downtime",
        title: "A user is deleted",
        meaning: "The server no longer has the user, and closes its connections.",
        danger: "Clients that log in as this user fail.",
        remedy: "let these clients use another user first",
    },
    "replica-removed": {
        severity: "downtime",
        title: "A replica is removed",
        meaning: "The replica's server and its copy of the data are deleted.",
        danger: "Clients of the replica are disconnected, and there is one copy of the data less.",
        remedy: "let the replica's clients use another server first",
    },
    "primary-changed": {
        severity: "downtime",
        title: "Another server becomes the primary",
        meaning: "Writes pause until the new primary has received all of them; the old one then refuses writes.",
        danger: "Clients that write need the new URL.",
        remedy: "deploy the clients right after this update, with the new URLs from the outputs",
    },
    "import-stops": {
        severity: "downtime",
        title: "A running import stops",
        meaning: "The server is replaced, and the new one does not know about the import.",
        danger: "Data that is not imported yet is missing until the import is started again.",
        remedy: "wait until the import has ended, or start it again with REPLICAOF after the update",
    },
    "container-replaced": {
        severity: "downtime",
        title: "A container is replaced",
        meaning: "A container that is not part of a database is stopped and created again.",
        danger: "Its connections close. Files that are not on a named volume are lost, also those on an anonymous volume.",
        remedy: "make the change when the service may be interrupted",
    },
    "container-deleted": {
        severity: "downtime",
        title: "A container is deleted",
        meaning: "The program no longer has a container that is not part of a database.",
        danger: "The service ends. Files that are not on a volume are lost.",
        remedy: "keep the container in the program; after a rename, add `aliases`",
    },
} as const satisfies Readonly<Record<string, RuleText>>;
