/** The rules about security. */
import type { RuleText } from "./rule";

export const securityRules = {
    "plaintext-opened": {
        severity: "security",
        title: "The plaintext port is opened",
        meaning: "Clients can then connect without TLS.",
        danger: "Passwords and data of these clients can be read by anyone on the network path.",
        remedy: "leave `plaintext: false`, and let all clients use the TLS URL",
    },
    "public-address": {
        severity: "security",
        title: "The server is bound to an address that may be public",
        meaning: "The server listens on all addresses of the Docker host, or on one that is routed on the Internet.",
        danger: "Anyone who can reach the host can try passwords, and use a weakness of the server.",
        remedy: "set `bindAddress` to a private address, or make sure that a firewall in front of the host admits known clients only; Docker bypasses firewalls on the host itself",
    },
    "tls-weakened": {
        severity: "security",
        title: "TLS becomes weaker",
        meaning: "The TLS port accepts an older protocol than before.",
        danger: "TLS 1.0 and 1.1 are insecure, and with them OpenSSL accepts weaker keys and signatures.",
        remedy: "keep TLSv1.2 and TLSv1.3, and update the clients that need an older protocol",
    },
    "client-certificates-not-required": {
        severity: "security",
        title: "Clients no longer need a certificate",
        meaning: "`tls.clientAuth` is removed.",
        danger: "A password alone is then enough to connect.",
        remedy: "keep `tls.clientAuth` while clients have certificates",
    },
    "password-stops-working": {
        severity: "security",
        title: "A password stops working at once",
        meaning: "The old password is rejected as soon as the new one is set.",
        danger: "Clients with the old password fail when they next connect, until they get the new one.",
        remedy: "set `passwordGraceHours` to the time that your clients need to get the new password",
    },
    "protection-lifted": {
        severity: "security",
        title: "The deletion protection is lifted",
        meaning: "`deletionProtection` changes to false.",
        danger: "The next update that removes the database from the program, or `pulumi destroy`, deletes its data.",
        remedy: "keep `deletionProtection`, unless the database is about to be deleted on purpose",
    },
    "protect-lifted": {
        severity: "security",
        title: "A resource loses its protection",
        meaning: "The option `protect` is no longer set.",
        danger: "Pulumi then no longer refuses to delete or replace the resource, even in the same update.",
        remedy: "keep `protect: true`, unless the resource is about to be deleted on purpose",
    },
    "policy-violated": {
        severity: "security",
        title: "A mandatory policy is violated",
        meaning: "A policy pack reports a mandatory violation.",
        danger: "The update would be refused.",
        remedy: "change the program as the policy asks",
    },
} as const satisfies Readonly<Record<string, RuleText>>;
