#!/usr/bin/env bash
# Step: an S3 server for the tests, built from Go modules. Only `make test-all` needs it.

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"

name="S3 server"
[[ ! -x $(s3_server) ]] || exit 0

need_go "$name" "The tests of S3 backends need a server, which Go can build"
announce "$name" "building versitygw from Go modules" "5 minutes, seconds when cached"
build s3 versitygw "$s3_package"
finish
