#!/usr/bin/env bash
# The tests of versions, then the table of what they saw, however they ended. Run by `make test-versions`, with-env.sh's
# settings in place.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"
# An earlier run's is not what this one sees.
rm -f .local/engine/observed.json
rc=0
TEST_VERSIONS=yes npx jest --selectProjects engine --runInBand --verbose catalog directives oldVersions matrix || rc=$?
[[ ! -e .local/engine/observed.json ]] || node toolchain/generate/observed.mjs
exit "$rc"
