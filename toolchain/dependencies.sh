#!/usr/bin/env bash
# Step: the npm dependencies, exactly as pinned in package-lock.json.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

use_node
cd "$checkout"
# Written last. npm ci deletes it with the rest of node_modules, so an interrupted installation leaves no stamp.
stamp=node_modules/.installed-from
lock=$(sha256 <package-lock.json)
[[ $(cat "$stamp" 2>/dev/null || true) != "$lock" ]] || exit 0

name="npm dependencies"
npm --version >/dev/null 2>&1 ||
    fail "$name" "npm is not on PATH, or it does not run." \
        "What to do: install it (Debian, Ubuntu: apt-get install npm), then run this again."
announce "$name" "npm ci" "30 s"
rm -f "$stamp"
log=$logs/npm-ci.log
status() { echo "running npm ci"; }
if ! watch "$log" status true env SKIP_PREPARE=yes npm ci --no-audit --no-fund; then
    ! grep -q EUSAGE "$log" ||
        fail "$name" "package.json and package-lock.json do not match:" \
            "$(grep -E 'Missing:|Invalid:' "$log" | head -n 3 | cut -c 1-94)" \
            "What to do: run npm install, and commit the package-lock.json that it writes."
    fail_with_log "$name" "npm ci failed" "$log" \
        "What to do: make sure that npm can reach its registry (npm ping), then run this again."
fi
echo "$lock" >"$stamp"
finish
