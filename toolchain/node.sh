#!/usr/bin/env bash
# Step: a Node.js that is new enough, else the one that comes as an npm package.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

use_node && exit

name="Node.js"
if ! npm --version >/dev/null 2>&1; then
    has=$(node --version 2>/dev/null || echo none)
    fail "$name" "Node.js $NODE_MINIMUM or later is needed; PATH has $has, and no working npm to get it with." \
        "What to do: install Node.js with npm, then run this again:" \
        "  Debian, Ubuntu   apt-get install nodejs npm   (an old one will do: npm gets the rest)" \
        "  macOS            brew install node" \
        "  elsewhere        https://nodejs.org/en/download"
fi

announce "$name" "npm package of Node.js $NODE_VERSION into the cache" "10 s"
make_scratch
# What the package `node` fetches in an install script, which npm may be told not to run.
package=$(node -p '["node", process.platform, process.arch].join("-")')@$NODE_VERSION
log=$logs/node.log
status() { echo "downloading"; }
# In a directory of its own, so that no package.json above it takes part.
cd "$scratch"
watch "$log" status true npm install --prefix "$scratch" --no-save "$package" ||
    fail_with_log "$name" "npm install $package failed" "$log" \
        "What to do: see that npm can reach its registry (npm ping), or install Node.js" \
        "$NODE_MINIMUM or later by hand (https://nodejs.org/en/download), then run this again."
got=$scratch/node_modules/${package%@*}
version=$("$got/bin/node" -p process.versions.node 2>"$log" || true)
[[ $version == "$NODE_VERSION" ]] ||
    fail_with_log "$name" "the Node.js of the package $package does not run here" "$log" \
        "What to do: install Node.js $NODE_MINIMUM or later by hand, then run this again."
mkdir -p "$(dirname "$node_package")"
rm -rf "$node_package"
mv "$got" "$node_package"
finish
