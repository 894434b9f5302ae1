#!/usr/bin/env bash
# Step: the images given as arguments. Pulls each of them, or builds it from packages if no registry provides it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Set after a registry did not answer, so that the remaining images do not wait for it again.
unreachable=

pull() {
    local reference=$1 log=$logs/pull-${1//[:\/]/-}.log why
    announce "image $reference" "docker pull" "30 s"
    if ! watch "$log" pull_status keep_waiting docker pull "$reference"; then
        why=$(grep -v '^ *$' "$log" | tail -n 1)
        note "pull failed: ${why:-no answer within $timeout_s s}"
        # A registry that answers may have the remaining images.
        pulling || unreachable=yes
        return 1
    fi
    if must_support_tls "$reference" && ! supports_tls "$reference" >>"$log" 2>&1; then
        docker rmi "$reference" >/dev/null
        fail_with_log "image $reference" "the redis-server of the pulled image does not run, or does not support TLS" "$log" \
            "What to do: check the origin of your registry's image, or build it: images/build.sh $reference"
    fi
    finish
}

# docker pull prints "Pulling from" once the registry answers. The download itself has a generous time limit.
timeout_s=20
pulling() { grep -q "Pulling from" "$log"; }
keep_waiting() { ((elapsed < timeout_s)) || { ((elapsed < 900)) && pulling; }; }
pull_status() { if pulling; then echo "pulling"; else echo "waiting for the registry"; fi; }

for reference in "$@"; do
    ! docker image inspect "$reference" >/dev/null 2>&1 || continue
    if [[ -n $unreachable ]] || ! pull "$reference"; then
        "$checkout/images/build.sh" "$reference"
    fi
done
