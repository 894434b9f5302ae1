#!/bin/sh
# A fake Pulumi CLI for tests of the platform library: it keeps states and locks in the files of the real one, writes
# events, and starts a plugin in a process group of its own. The beginning of the stack's name says how it reacts to
# SIGINT: `quick-…` stops at once, `slow-…` after a second, `stuck-…` never; `leaving-…` stops at once without its
# plugin, as the real one sometimes does; `deaf-…` finishes its work. `failing-…` cannot deploy anything.

command="$1 $2"
all=$*
while [ $# -gt 0 ]; do
    case $1 in
    --stack) stack=$2 ;;
    --event-log) events=$2 ;;
    esac
    shift
done
directory=${PULUMI_BACKEND_URL#file://}/.pulumi
state=$directory/stacks/redis/$stack.json
locks=$directory/locks/organization/redis/$stack
lock=$locks/$$.json
mkdir -p "$directory/stacks/redis" "$locks" "$directory/plugins"
echo "$all" >>"$directory/commands"

# The file is empty while it is written, and its backup is complete.
save() {
    [ ! -s "$state" ] || cp "$state" "$state.bak"
    : >"$state"
    printf '{"checkpoint":{"latest":{"resources":[%s]}}}' "$1" >"$state"
}

begin() {
    for other in "$locks"/*.json; do
        [ ! -e "$other" ] || { echo "error: the stack is currently locked by 1 lock(s)." >&2 && exit 255; }
    done
    printf '{"pid":%s,"hostname":"%s","timestamp":"%s"}' $$ "$(hostname)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$lock"
    set -m
    sleep 60 >/dev/null 2>&1 &
    plugin=$!
    set +m
    echo "$plugin" >"$directory/plugins/$plugin"
}

finish() {
    kill "$plugin"
    rm -f "$lock" "$directory/plugins/$plugin"
    exit "$1"
}

case $stack in
quick-*) trap 'finish 8' INT ;;
slow-*) trap 'sleep 1; finish 8' INT ;;
leaving-*) trap 'rm -f "$lock"; exit 8' INT ;;
stuck-*) trap 'while :; do sleep 1; done' INT ;;
*) trap '' INT ;;
esac

urn="urn:pulumi:$stack::redis::"
case $command in
"stack init") save "" ;;
"stack output")
    printf '{"specification":%s,"connections":{}}' "$(cat "$state.specification")"
    ;;
"up "*)
    begin
    case $stack in
    failing-*)
        printf '{"diagnosticEvent":{"severity":"error","urn":"%svolume","message":"no space"}}\n' "$urn" >>"$events"
        finish 4
        ;;
    esac
    resources=
    for number in 1 2 3 4 5 6 7 8; do
        metadata="\"metadata\":{\"op\":\"create\",\"urn\":\"$urn$number\",\"type\":\"docker:index/volume:Volume\"}"
        printf '{"resourcePreEvent":{%s}}\n' "$metadata" >>"$events"
        sleep 0.05
        resources="$resources{\"urn\":\"$urn$number\",\"type\":\"docker:index/volume:Volume\"},"
        save "${resources%,}"
        printf '{"resOutputsEvent":{%s}}\n' "$metadata" >>"$events"
    done
    cp specification.json "$state.specification"
    database="{\"urn\":\"${urn}db\",\"type\":\"redis-database:index:RedisDatabase\",\"outputs\":{\"engine\":\"redis\",\"containerName\":\"db-server-1\"}}"
    save "$resources$database,{\"urn\":\"${urn}stack\",\"type\":\"pulumi:pulumi:Stack\",\"outputs\":{\"specification\":\"\"}}"
    finish 0
    ;;
esac
