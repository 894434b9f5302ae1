#!/usr/bin/env bash
# Step: a Docker engine that answers, at DOCKER_HOST or the current context. On Debian and Ubuntu, as
# root, the local one is installed and started where there is none.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name="Docker engine"
local_socket=/var/run/docker.sock
probe_log=$logs/docker-version.log
daemon_log=$logs/dockerd.log

# A host behind a firewall gives no answer at all.
patience_s=15
patient() { ((elapsed < patience_s)); }
answers() { watch "$probe_log" true patient docker version --format '{{.Server.Version}}'; }

main() {
    if command -v docker >/dev/null; then
        answers && return
        only_the_local_one
    elif [[ -n ${DOCKER_HOST:-} ]]; then
        fail "$name" "The docker command, to reach DOCKER_HOST=$DOCKER_HOST with, is not on PATH." \
            "What to do: install it (https://docs.docker.com/engine/install), then run this again."
    fi
    if [[ $(uname) != Linux ]]; then
        fail "$name" "It does not answer." \
            "What to do: install or start Docker Desktop (https://docs.docker.com/desktop), then run this again."
    fi
    ((EUID == 0)) || need_root
    install_packages
    start
}

# What is somewhere else is not ours to install or start.
only_the_local_one() {
    local endpoint why
    why=$(tail -n 1 "$probe_log" | cut -c 1-300)
    endpoint=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
    if grep -q "permission denied" "$probe_log"; then
        fail "$name" "It runs, but $(id -un) may not use it." \
            "What to do: sudo usermod -aG docker $(id -un), log out and in again, then run this again."
    fi
    [[ ${endpoint:-unix://$local_socket} == unix://$local_socket ]] ||
        fail "$name" "Nothing answers at $endpoint${DOCKER_HOST:+ (DOCKER_HOST)}:" \
            "  $(fold -s -w 94 <<<"${why:-no answer within $patience_s s}" | sed '2,$s/^/  /')" \
            "What to do: start it, or go back to this machine's own engine" \
            "(unset DOCKER_HOST; docker context use default), then run this again."
}

need_root() {
    local -a commands=()
    if ! command -v dockerd >/dev/null; then
        is_debian ||
            fail "$name" "There is none on this machine." \
                "What to do: install and start it (https://docs.docker.com/engine/install), then run this again."
        commands+=("sudo apt-get update" "sudo apt-get install -y $(missing_packages | paste -sd ' ')")
    fi
    if [[ -d /run/systemd/system ]]; then
        commands+=("sudo systemctl start docker")
    else
        commands+=("sudo sh -c 'setsid dockerd >/var/log/dockerd.log 2>&1 &'")
    fi
    commands+=("sudo usermod -aG docker $(id -un)")
    fail "$name" "There is none that answers, and installing or starting one is for root." \
        "What to do:" "${commands[@]/#/  }" "then log out and in again, and run this again."
}

missing_packages() {
    command -v dockerd >/dev/null || echo docker.io
    command -v iptables >/dev/null || echo iptables
    # In newer releases the command is a package of its own.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then
        echo docker-cli
    fi
}

install_packages() {
    local -a packages
    if ! command -v dockerd >/dev/null && ! is_debian; then
        fail "$name" "There is none on this machine, and only on Debian and Ubuntu is it installed from here." \
            "What to do: install and start it (https://docs.docker.com/engine/install), then run this again."
    fi
    is_debian || return 0
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]} > 0)) || return 0
    announce "$name" "apt-get install ${packages[*]}" "1 minute"
    apt_install "$name" "${packages[@]}"
    finish
}

start() {
    answers && return
    announce "$name" "starting it" "5 s"
    : >"$daemon_log"
    if [[ -d /run/systemd/system ]]; then
        systemctl start docker >>"$daemon_log" 2>&1 || true
    else
        remove_stale /var/run/docker.pid dockerd
        remove_stale /var/run/docker/containerd/containerd.pid containerd
        # A session of its own: it outlives this shell and what closes with it, and takes no lock along.
        setsid dockerd >>"$daemon_log" 2>&1 </dev/null 9>&- &
    fi
    local deadline=$((SECONDS + 60))
    until answers; do
        if ((SECONDS >= deadline)); then
            [[ ! -d /run/systemd/system ]] || journalctl -u docker -n 20 --no-pager >>"$daemon_log" 2>&1 || true
            fail_with_log "$name" "It was started, but does not answer" "$daemon_log" \
                "What to do: mend what it says there; in a container, give that the right to run Docker" \
                "(--privileged), or set DOCKER_HOST to an engine outside of it. Then run this again."
        fi
        sleep 0.5
    done
    finish
}

# remove_stale FILE PROGRAM: after a crash or a reboot the number in a pid file can be another
# process's, and the daemon would think that it runs already.
remove_stale() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] || rm -f "$1"
}

main
