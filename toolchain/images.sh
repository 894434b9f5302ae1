#!/usr/bin/env bash
# Step: the images whose references are given: pulled, or built from packages where no registry answers.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Set once a registry did not answer: asking again would only take longer.
unreachable=

pull() {
    local reference=$1 log=$logs/pull-${1//[:\/]/-}.log why
    announce "image $reference" "docker pull" "30 s"
    if ! watch "$log" pull_status keep_waiting docker pull "$reference"; then
        why=$(grep -v '^ *$' "$log" | tail -n 1)
        note "no registry gave it: ${why:-no answer within $patience_s s}"
        # One that answers may have the others.
        pulling || unreachable=yes
        return 1
    fi
    if has_tls "$reference" && ! supports_tls "$reference" >>"$log" 2>&1; then
        docker rmi "$reference" >/dev/null
        fail_with_log "image $reference" "the redis-server of the pulled image does not run, or has no TLS" "$log" \
            "What to do: see where your registry takes it from, or build it: images/build.sh $reference"
    fi
    finish
}

# A registry that answers is named in docker's first line; the rest is bounded generously.
patience_s=20
pulling() { grep -q "Pulling from" "$log"; }
keep_waiting() { ((elapsed < patience_s)) || { ((elapsed < 900)) && pulling; }; }
pull_status() { if pulling; then echo "pulling"; else echo "waiting for the registry"; fi; }

for reference in "$@"; do
    ! docker image inspect "$reference" >/dev/null 2>&1 || continue
    if [[ -n $unreachable ]] || ! pull "$reference"; then
        "$checkout/images/build.sh" "$reference"
    fi
done
