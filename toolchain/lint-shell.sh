#!/usr/bin/env bash
# Checks every shell script with ShellCheck. Scripts that run in containers are checked together with the entry points
# that source them. This finds variables that are never set or never read.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh' .ci/run \
    provider/plugin/folder/pulumi-resource-redis-database)
mapfile -t entries < <(grep -l '^#!' "${scripts[@]}")
mapfile -t container_entries < <(printf '%s\n' "${entries[@]}" | grep '^provider/containers/')
mapfile -t host_entries < <(printf '%s\n' "${entries[@]}" | grep -v '^provider/containers/')

shellcheck --external-sources "${host_entries[@]}"
shellcheck --external-sources --check-sourced "${container_entries[@]}"
