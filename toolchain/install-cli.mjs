// Runs the official installer of the Pulumi CLI: node install-cli.mjs DIRECTORY VERSION

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { PulumiCommand } = require("@pulumi/pulumi/automation");
const semver = require("semver");

const [root, version] = process.argv.slice(2);
try {
    await PulumiCommand.install({ root, version: new semver.SemVer(version) });
} catch (error) {
    // Only the message, without a stack trace: an unreachable release host is an expected error.
    console.error(error.message.split("\n")[0]);
    process.exitCode = 1;
}
