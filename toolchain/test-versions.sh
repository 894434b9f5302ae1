#!/usr/bin/env bash
# Runs the version tests, then prints the table of their results, even if tests failed. Run by `make test-versions` in
# the environment of env.sh.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"
# The table must not contain results of an earlier run.
rm -f .local/engine/observed.json
rc=0
TEST_VERSIONS=yes npx jest --selectProjects engine engine-alone --runInBand --verbose catalog directives oldVersions matrix || rc=$?
[[ ! -e .local/engine/observed.json ]] || node toolchain/generate/observed.mjs
exit "$rc"
