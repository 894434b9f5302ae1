#!/bin/sh
# Builds the package when npm packs it or installs it from git: a fresh checkout has no compiled code and no compiler.
# Set-up sets SKIP_PREPARE and installs only the dependencies: every command that needs the compiled code builds it.
set -eu
[ -z "${SKIP_PREPARE:-}" ] || exit 0
[ -x node_modules/.bin/tsc ] || npm ci --include=dev --ignore-scripts --no-audit --no-fund
npm run --silent build
