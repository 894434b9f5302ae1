#!/bin/sh
# Builds the package when npm packs it or installs it from git: a fresh checkout has neither code nor compiler.
# Set-up installs the dependencies alone, with SKIP_PREPARE, since all that needs the code builds it.
set -eu
[ -z "${SKIP_PREPARE:-}" ] || exit 0
[ -x node_modules/.bin/tsc ] || npm ci --include=dev --ignore-scripts --no-audit --no-fund
npm run --silent build
