#!/usr/bin/env bash
# Step: Node.js. Uses the one on PATH if it is recent enough, else installs the one that npm provides as a package.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

use_node && exit

name="Node.js"
if ! npm --version >/dev/null 2>&1; then
    current=$(node --version 2>/dev/null || echo none)
    fail "$name" "Node.js $NODE_MINIMUM or later is required (on PATH: $current), and there is no npm to install it." \
        "What to do: install Node.js with npm, then run this again:" \
        "  Debian, Ubuntu   apt-get install nodejs npm   (an old version is enough: npm installs a newer one)" \
        "  macOS            brew install node" \
        "  other systems    https://nodejs.org/en/download"
fi

announce "$name" "installing the npm package of Node.js $NODE_VERSION into the cache" "10 s"
make_scratch
# The platform package that the package `node` downloads in an install script, which npm may be configured not to run.
package=$(node -p '["node", process.platform, process.arch].join("-")')@$NODE_VERSION
log=$logs/node.log
status() { echo "downloading"; }
# In an empty directory, so that no other package.json has an effect.
cd "$scratch"
watch "$log" status true npm install --prefix "$scratch" --no-save "$package" ||
    fail_with_log "$name" "npm install $package failed" "$log" \
        "What to do: make sure that npm can reach its registry (npm ping), or install Node.js" \
        "$NODE_MINIMUM or later by hand (https://nodejs.org/en/download), then run this again."
installed=$scratch/node_modules/${package%@*}
version=$("$installed/bin/node" -p process.versions.node 2>"$log" || true)
[[ $version == "$NODE_VERSION" ]] ||
    fail_with_log "$name" "the Node.js of the package $package does not run on this machine" "$log" \
        "What to do: install Node.js $NODE_MINIMUM or later by hand, then run this again."
mkdir -p "$(dirname "$node_package")"
rm -rf "$node_package"
mv "$installed" "$node_package"
finish
