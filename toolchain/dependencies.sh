#!/usr/bin/env bash
# Step: the npm dependencies, exactly those of package-lock.json.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

use_node
cd "$checkout"
# Written last, and removed by npm ci with the rest of node_modules: an interrupted one leaves none.
stamp=node_modules/.installed-from
lock=$(sha256 <package-lock.json)
[[ $(cat "$stamp" 2>/dev/null || true) != "$lock" ]] || exit 0

name="npm dependencies"
npm --version >/dev/null 2>&1 ||
    fail "$name" "npm is not on PATH, or does not run." \
        "What to do: install it (Debian, Ubuntu: apt-get install npm), then run this again."
announce "$name" "npm ci from package-lock.json" "30 s"
rm -f "$stamp"
log=$logs/npm-ci.log
status() { echo "npm ci at work"; }
if ! watch "$log" status true env SKIP_PREPARE=yes npm ci --no-audit --no-fund; then
    ! grep -q EUSAGE "$log" ||
        fail "$name" "package.json and package-lock.json do not agree:" \
            "$(grep -E 'Missing:|Invalid:' "$log" | head -n 3 | cut -c 1-94)" \
            "What to do: npm install, and commit the package-lock.json that it writes."
    fail_with_log "$name" "npm ci failed" "$log" \
        "What to do: see that npm can reach its registry (npm ping), then run this again."
fi
echo "$lock" >"$stamp"
finish
