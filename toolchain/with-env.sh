#!/usr/bin/env bash
# Runs a command with the settings of env.sh:  toolchain/with-env.sh pulumi stack ls
# With --node first, only with those of Node.js.

set -euo pipefail

scope=all
if [[ $1 == --node ]]; then
    scope=node
    shift
fi
settings=$("$(dirname "$0")/env.sh" "$scope")
eval "$settings"
exec "$@"
