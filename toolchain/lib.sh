# shellcheck shell=bash
# What the set-up scripts share: paths, messages, and running a long command with signs of life.
# shellcheck disable=SC2034  # its variables are for those who source it

set -euo pipefail

toolchain=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(dirname "$toolchain")
# shellcheck source-path=SCRIPTDIR source=versions.env
. "$toolchain/versions.env"

# Outside the work tree, so that a second checkout finds what the first one built.
cache=${PULUMI_REDIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-redis-database}
[[ $cache == /* ]] || cache=$PWD/$cache
# The steps are processes of their own and may run in other directories.
export PULUMI_REDIS_CACHE=$cache
logs=$cache/logs
# A home directory can be shared by machines of different kinds.
platform=$(uname -sm | tr ' [:upper:]' '-[:lower:]')

# Messages go to standard error: what the scripts print on standard output is for other programs.
say() { printf '%s\n' "$*" >&2; }

# note TEXT: what happens within a step, wrapped.
note() { fold -s -w 94 <<<"$*" | sed 's/^/    /' >&2; }

# fail WHAT LINE…: what failed, then why and what to do about it.
fail() {
    say "set-up failed: $1"
    shift
    printf '%s\n' "$@" | sed 's/^/  /' >&2
    exit 1
}

# announce NAME WHAT HOW_LONG … finish: the two lines around a step that does something.
announce() {
    announced=$1
    announced_at=$SECONDS
    say "==> $1: $2 (about $3)"
}
finish() { say "    $announced: done in $(duration $((SECONDS - announced_at)))"; }

duration() {
    if (($1 < 60)); then
        echo "$1s"
    else
        printf '%dm%02ds\n' $(($1 / 60)) $(($1 % 60))
    fi
}

# excerpt LOG: the lines that say most. npm begins with the reason and goes on with a stack and advice;
# all others end with the reason.
excerpt() {
    if grep -q '^npm error' "$1"; then
        grep '^npm error .' "$1" | grep -v '^npm error  *at ' | head -n 6
    else
        tail -n 6 "$1"
    fi | tr '\r' '\n' | fold -s -w 94 | sed 's/^/  /'
}

# fail_with_log WHAT WHY LOG LINE…: as fail, with what matters of the log, and its path.
fail_with_log() {
    local what=$1 why=$2 log=$3
    shift 3
    fail "$what" "$why:" "$(excerpt "$log")" "All of its output: $log" "$@"
}

# watch LOG STATUS KEEP COMMAND…: runs COMMAND with its output in LOG. STATUS is a function whose
# line is shown about every ten seconds (: for none). KEEP is a function that is asked while the
# command runs; when it fails, the command is stopped and 124 returned. Both can read $elapsed.
watch() {
    local log=$1 status=$2 keep=$3 begun=$SECONDS shown=0 rc=0 elapsed line
    shift 3
    mkdir -p "$logs"
    # Job control gives the command a process group of its own: stopping that stops its children too.
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    watched=$!
    set +m
    while kill -0 "$watched" 2>/dev/null; do
        elapsed=$((SECONDS - begun))
        if ! $keep; then
            stop_watched
            return 124
        fi
        if ((elapsed - shown >= 9)); then
            shown=$elapsed
            line=$($status)
            [[ -z $line ]] || say "    $line, $(duration "$elapsed")"
        fi
        if ((elapsed < 2)); then sleep 0.05; else sleep 0.5; fi
    done
    wait "$watched" 2>/dev/null || rc=$?
    watched=
    return "$rc"
}

watched=
stop_watched() {
    [[ -n $watched ]] || return 0
    kill -TERM -- "-$watched" 2>/dev/null || true
    wait "$watched" 2>/dev/null || true
    watched=
}

# A directory for what is not finished yet, on the cache's own file system: what is complete moves to
# its place by one rename, so that nothing half-made is ever found there. Sets $scratch.
scratch=
make_scratch() {
    [[ -z $scratch ]] || return 0
    mkdir -p "$cache/tmp"
    scratch=$(mktemp -d "$cache/tmp/XXXXXX")
}

clean_up() {
    stop_watched
    [[ -z $scratch ]] || rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

sha256() { if command -v sha256sum; then sha256sum; else shasum -a 256; fi | tail -n 1 | cut -d ' ' -f 1; }

# version_at_least HAVE WANTED, each like 3.256.0
version_at_least() {
    local -a have wanted
    local i
    IFS=. read -r -a have <<<"${1%%[-+]*}"
    IFS=. read -r -a wanted <<<"$2"
    for i in 0 1 2; do
        ((${have[i]:-0} == ${wanted[i]:-0})) || return $((${have[i]:-0} < ${wanted[i]:-0}))
    done
}

is_debian() { [[ -e /etc/debian_version ]] && command -v apt-get >/dev/null; }

# apt_install WHAT PACKAGE…: only for root on Debian or Ubuntu; the callers have asked.
apt_install() {
    local what=$1 log=$logs/apt-get.log
    shift
    watch "$log" apt_status true apt_get "$@" ||
        fail_with_log "$what" "apt-get could not install $*" "$log" \
            "What to do: apt-get update && apt-get install $*, then run this again."
}
apt_status() { echo "apt-get at work"; }
apt_get() {
    export DEBIAN_FRONTEND=noninteractive
    # Another apt-get may hold the lock: unattended upgrades do on a machine that has just started.
    apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

# has_tls REFERENCE: whether its server must be one with TLS: from 6.0, and all of Valkey.
has_tls() {
    case $1 in
    */valkey:*) ;;
    redis:* | */redis:*) version_at_least "${1##*:}" 6.0.0 ;;
    *) return 1 ;;
    esac
}

# supports_tls IMAGE: Redis that is built with TLS misses the certificate; one without, the directive.
supports_tls() {
    local said
    said=$(docker run --rm --network none --entrypoint redis-server "$1" --port 0 --tls-port 6379 2>&1) || true
    echo "$said"
    grep -q "Failed to configure TLS" <<<"$said"
}
