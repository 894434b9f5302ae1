#!/usr/bin/env bash
# Brings up the quickstart stack and has an independent client ping it. Run by `make up`, with-env.sh's
# settings in place.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"

# Compiling takes longer than all the rest of an up that changes nothing. A deleted or renamed file
# shows as well: its directory is newer.
built=dist/.built
sources=(provider package.json package-lock.json tsconfig.json tsconfig.build.json)
if [[ ! -e dist/provider/index.js || ! -e $built || -n $(find "${sources[@]}" -newer "$built" -print -quit) ]]; then
    begun=$(mktemp)
    npm run --silent build
    # As old as the beginning: what was edited meanwhile counts as newer.
    touch -r "$begun" "$built"
    rm -f "$begun"
fi

pulumi stack select --create quickstart
# With --yes nobody is asked, so that a preview would only delay it.
pulumi up --yes --skip-preview --stack quickstart
pulumi stack output --stack quickstart --json --show-secrets |
    node "$toolchain/ping.mjs" "redis:$DEFAULT_REDIS_VERSION"
