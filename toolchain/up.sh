#!/usr/bin/env bash
# Deploys the quickstart stack and pings its database with an independent client. Run by `make up` in the environment of
# env.sh.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"

# Compiling takes longer than the rest of an update without changes, so it happens only if a source is newer than the
# build. Deleting or renaming a file makes its directory newer.
built=dist/.built
sources=(provider package.json package-lock.json tsconfig.json tsconfig.build.json)
if [[ ! -e dist/provider/index.js || ! -e $built || -n $(find "${sources[@]}" -newer "$built" -print -quit) ]]; then
    begun=$(mktemp)
    npm run --silent build
    # The stamp gets the time at which the build started, so that a file edited during the build counts as newer.
    touch -r "$begun" "$built"
    rm -f "$begun"
fi

pulumi stack select --create quickstart
# With --yes there is no confirmation, so a preview would only take time.
pulumi up --yes --skip-preview --stack quickstart
pulumi stack output --stack quickstart --json --show-secrets |
    node "$toolchain/ping.mjs" "redis:$DEFAULT_REDIS_VERSION"
