#!/usr/bin/env bash
# Runs a command in the environment of env.sh:  toolchain/with-env.sh pulumi stack ls
# With --node as the first argument, it sets only the variables for Node.js.

set -euo pipefail

scope=all
if [[ $1 == --node ]]; then
    scope=node
    shift
fi
settings=$("$(dirname "$0")/env.sh" "$scope")
eval "$settings"
exec "$@"
