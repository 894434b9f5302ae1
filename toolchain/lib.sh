# shellcheck shell=bash
# Shared by the set-up scripts: paths, messages, and running a long command with progress.
# shellcheck disable=SC2034  # its variables are used by the scripts that source it

set -euo pipefail

toolchain=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(dirname "$toolchain")
# shellcheck source-path=SCRIPTDIR source=versions.env
. "$toolchain/versions.env"

# Outside the work tree, so that all checkouts share it.
cache=${PULUMI_REDIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-redis-database}
[[ $cache == /* ]] || cache=$PWD/$cache
# The steps run as separate processes, possibly in other directories.
export PULUMI_REDIS_CACHE=$cache
logs=$cache/logs
# Machines of different platforms can share a home directory.
platform=$(uname -sm | tr ' [:upper:]' '-[:lower:]')

# Messages go to standard error, because other programs read the standard output of these scripts.
say() { printf '%s\n' "$*" >&2; }

# note TEXT: prints a detail of the current step, indented and wrapped.
note() { fold -s -w 94 <<<"$*" | sed 's/^/    /' >&2; }

# What the running script does, for the line that says that it failed.
activity="set-up"

# fail WHAT LINE…: prints what failed, then the reason and the remedy, and exits.
fail() {
    say "$activity failed: $1"
    shift
    printf '%s\n' "$@" | sed 's/^/  /' >&2
    exit 1
}

# announce NAME WHAT HOW_LONG and finish: print the lines before and after a step that changes something.
announce() {
    announced=$1
    announced_at=$SECONDS
    say "==> $1: $2 (about $3)"
}
finish() { say "    $announced: done in $(duration $((SECONDS - announced_at)))"; }

duration() {
    if (($1 < 60)); then
        echo "$1 s"
    else
        printf '%d min %d s\n' $(($1 / 60)) $(($1 % 60))
    fi
}

# excerpt LOG: prints the most relevant lines. npm prints the reason first, then a stack trace and advice. All other
# programs print the reason last.
excerpt() {
    if grep -q '^npm error' "$1"; then
        grep '^npm error .' "$1" | grep -v '^npm error  *at ' | head -n 6
    else
        tail -n 6 "$1"
    fi | tr '\r' '\n' | fold -s -w 94 | sed 's/^/  /'
}

# fail_with_log WHAT WHY LOG LINE…: like fail, with an excerpt of the log and its path.
fail_with_log() {
    local what=$1 why=$2 log=$3
    shift 3
    fail "$what" "$why:" "$(excerpt "$log")" "Full output: $log" "$@"
}

# watch LOG STATUS KEEP COMMAND…: runs COMMAND and writes its output to LOG. About every ten seconds it shows the line
# that the function STATUS prints (`true` for none). It also calls the function KEEP while the command runs. When KEEP
# fails, it stops the command and returns 124. Both functions can read $elapsed.
watch() {
    local log=$1 status=$2 keep=$3 begun=$SECONDS shown=0 rc=0 elapsed line
    shift 3
    mkdir -p "$logs"
    # Job control gives the command its own process group. Stopping the group also stops the command's children.
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

# make_scratch: creates a directory for unfinished results and sets $scratch. It is on the file system of the cache: a
# finished result moves to its final path by one rename, so a partial result is never found there.
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

# version_at_least VERSION MINIMUM, each like 3.256.0
version_at_least() {
    local -a actual minimum
    local i
    IFS=. read -r -a actual <<<"${1%%[-+]*}"
    IFS=. read -r -a minimum <<<"$2"
    for i in 0 1 2; do
        ((${actual[i]:-0} == ${minimum[i]:-0})) || return $((${actual[i]:-0} < ${minimum[i]:-0}))
    done
}

is_debian() { [[ -e /etc/debian_version ]] && command -v apt-get >/dev/null; }

# apt_install WHAT PACKAGE…: callers check that they run as root on Debian or Ubuntu.
apt_install() {
    local what=$1 log=$logs/apt-get.log
    shift
    watch "$log" apt_status true apt_get "$@" ||
        fail_with_log "$what" "apt-get could not install $*" "$log" \
            "What to do: apt-get update && apt-get install $*, then run this again."
}
apt_status() { echo "running apt-get"; }
apt_get() {
    export DEBIAN_FRONTEND=noninteractive
    # Another apt-get may hold the lock, such as unattended upgrades on a machine that has just started.
    apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

# must_support_tls REFERENCE: whether the server in this image must support TLS: Redis from 6.0, and every Valkey.
must_support_tls() {
    case $1 in
    */valkey:*) ;;
    redis:* | */redis:*) version_at_least "${1##*:}" 6.0.0 ;;
    *) return 1 ;;
    esac
}

# supports_tls IMAGE: starts the server with a TLS port but no certificate. A server with TLS support reports the
# missing certificate. A server without it reports an unknown directive.
supports_tls() {
    local output
    output=$(docker run --rm --network none --entrypoint redis-server "$1" --port 0 --tls-port 6379 2>&1) || true
    echo "$output"
    grep -q "Failed to configure TLS" <<<"$output"
}
