#!/usr/bin/env bash
# Runs the set-up steps that are named as arguments; without arguments, all that `make test` needs except the last six.
# A step keeps what is already installed, and reports what it changes. The steps:
#   node  dependencies  tools  pulumi  docker
#   image      the image of the quickstart
#   images     the images of the tests
#   versions   the images of the version tests: every version that runs here
#   runtimes   Python, a JDK and Maven
#   clients    client libraries in other languages, for the version tests; needs runtimes
#   browser    Chromium, for the test of the portal
#   languages  Pulumi's hosts for programs in other languages; needs pulumi
#   s3         an S3 server, for `make test-all`

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($# > 0)) || set -- node dependencies tools pulumi docker images

step() {
    case $1 in
    node | dependencies | tools | pulumi | docker | runtimes | clients | browser | languages | s3) "$toolchain/$1.sh" ;;
    image) "$toolchain/images.sh" "redis:$DEFAULT_REDIS_VERSION" ;;
    images)
        # shellcheck disable=SC2046,SC2086  # one word each
        "$toolchain/images.sh" $(printf 'redis:%s ' $TEST_REDIS_VERSIONS) $BACKUP_IMAGES
        ;;
    versions)
        # shellcheck disable=SC2086  # one word each
        "$toolchain/images.sh" $VERSIONS $TERMINATOR_IMAGES
        ;;
    *) fail "$1" "There is no such step." "What to do: use one of the steps listed at the top of toolchain/setup.sh." ;;
    esac
}

# Only one set-up at a time uses a cache. A second one waits, and then finds the work done. Without flock (macOS), the
# renames still keep the cache consistent.
take_lock() {
    mkdir -p "$cache"
    command -v flock >/dev/null || return 0
    exec 9>"$cache/lock"
    flock --nonblock 9 && return
    until
        say "waiting for another set-up that is using $cache"
        flock --wait 10 9
    do :; done
}

take_lock
for name in "$@"; do
    step "$name"
done
say "set-up: complete ($(duration "$SECONDS"))"
