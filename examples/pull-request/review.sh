#!/usr/bin/env bash
# Reviews each program in changes/ as the change of a pull request, and prints the exit code of each review. The comments
# are written to reviews/.
#
# Usage: review.sh STACK
set -euo pipefail
stack=$1
cd "$(dirname "${BASH_SOURCE[0]}")"

for change in changes/*.ts; do
    name=$(basename "$change" .ts)
    # In a folder of its own with the same project, so that the program that is deployed stays as it is.
    mkdir -p "reviews/$name"
    cp Pulumi.yaml "Pulumi.$stack.yaml" "reviews/$name"
    cp "$change" "reviews/$name/index.ts"
    code=0
    npx redisdb review --cwd "reviews/$name" --stack "$stack" --quiet --write "markdown=reviews/$name.md" \
        >"reviews/$name.txt" || code=$?
    printf '%-16s exit code %s, comment in reviews/%s.md\n' "$name" "$code" "$name"
done
