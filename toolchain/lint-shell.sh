#!/usr/bin/env bash
# Checks every shell script with ShellCheck. The parts of the scripts that run in containers are checked from the entry
# points that source them, so that a variable which nothing sets, or which nothing reads, is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh' .ci/run)
mapfile -t entries < <(grep -l '^#!' "${scripts[@]}")
mapfile -t containers < <(printf '%s\n' "${entries[@]}" | grep '^provider/containers/')
mapfile -t others < <(printf '%s\n' "${entries[@]}" | grep -v '^provider/containers/')

shellcheck --external-sources "${others[@]}"
shellcheck --external-sources --check-sourced "${containers[@]}"
