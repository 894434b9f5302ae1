#!/usr/bin/env bash
# Sets up what the steps named as arguments provide (all of them without any): what is there already is
# left alone, and a step that does something says so. The steps:
#   node  dependencies  tools  pulumi  docker  image (the quickstart's)  images (the tests')
#   versions (all that run here, for the tests of versions)  clients (of other languages, likewise)

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($# > 0)) || set -- node dependencies tools pulumi docker images

step() {
    case $1 in
    node | dependencies | tools | pulumi | docker | clients) "$toolchain/$1.sh" ;;
    image) "$toolchain/images.sh" "redis:$DEFAULT_REDIS_VERSION" ;;
    images)
        # shellcheck disable=SC2046,SC2086  # one word each
        "$toolchain/images.sh" $(printf 'redis:%s ' $TEST_REDIS_VERSIONS)
        ;;
    versions)
        # shellcheck disable=SC2086  # one word each
        "$toolchain/images.sh" $VERSIONS $TERMINATOR_IMAGES
        ;;
    *) fail "$1" "There is no such step." "What to do: choose from those at the top of toolchain/setup.sh." ;;
    esac
}

# One at a time in a cache: a second one would do the same work, and finds it done when it has waited.
# Where there is no flock (macOS) the renames still keep the cache whole.
take_lock() {
    mkdir -p "$cache"
    command -v flock >/dev/null || return 0
    exec 9>"$cache/lock"
    flock --nonblock 9 && return
    until
        say "another set-up is at work on $cache: waiting for it"
        flock --wait 10 9
    do :; done
}

take_lock
for name in "$@"; do
    step "$name"
done
say "set-up: everything needed is there ($(duration "$SECONDS"))"
