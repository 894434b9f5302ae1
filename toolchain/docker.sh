#!/usr/bin/env bash
# Step: a Docker engine that answers, at DOCKER_HOST or the current context. On Debian and Ubuntu, as root, it installs
# and starts a local engine if there is none.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name="Docker engine"
local_socket=/var/run/docker.sock
probe_log=$logs/docker-version.log
daemon_log=$logs/dockerd.log

# A host behind a firewall may never answer.
timeout_s=15
within_timeout() { ((elapsed < timeout_s)); }
engine_answers() { watch "$probe_log" true within_timeout docker version --format '{{.Server.Version}}'; }

main() {
    if command -v docker >/dev/null; then
        engine_answers && return
        require_local_engine
    elif [[ -n ${DOCKER_HOST:-} ]]; then
        fail "$name" "DOCKER_HOST is $DOCKER_HOST, but the docker command is not on PATH." \
            "What to do: install it (https://docs.docker.com/engine/install), then run this again."
    fi
    if [[ $(uname) != Linux ]]; then
        fail "$name" "The engine does not answer." \
            "What to do: install or start Docker Desktop (https://docs.docker.com/desktop), then run this again."
    fi
    ((EUID == 0)) || need_root
    install_packages
    start
}

# Fails if the engine that does not answer is remote, or if permission is missing. Set-up installs and starts only a
# local engine.
require_local_engine() {
    local endpoint why
    why=$(tail -n 1 "$probe_log" | cut -c 1-300)
    endpoint=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
    if grep -q "permission denied" "$probe_log"; then
        fail "$name" "The engine is running, but $(id -un) is not allowed to use it." \
            "What to do: sudo usermod -aG docker $(id -un), log out and in again, then run this again."
    fi
    [[ ${endpoint:-unix://$local_socket} == unix://$local_socket ]] ||
        fail "$name" "Nothing answers at $endpoint${DOCKER_HOST:+ (DOCKER_HOST)}:" \
            "  $(fold -s -w 94 <<<"${why:-no answer within $timeout_s s}" | sed '2,$s/^/  /')" \
            "What to do: start that engine, or switch to the engine of this machine" \
            "(unset DOCKER_HOST; docker context use default), then run this again."
}

need_root() {
    local -a commands=()
    if ! command -v dockerd >/dev/null; then
        is_debian ||
            fail "$name" "There is no Docker engine on this machine." \
                "What to do: install and start it (https://docs.docker.com/engine/install), then run this again."
        commands+=("sudo apt-get update" "sudo apt-get install -y $(missing_packages | paste -sd ' ')")
    fi
    if [[ -d /run/systemd/system ]]; then
        commands+=("sudo systemctl start docker")
    else
        commands+=("sudo sh -c 'setsid dockerd >/var/log/dockerd.log 2>&1 &'")
    fi
    commands+=("sudo usermod -aG docker $(id -un)")
    fail "$name" "No Docker engine answers, and only root can install or start one." \
        "What to do:" "${commands[@]/#/  }" "Then log out and in again, and run this again."
}

missing_packages() {
    command -v dockerd >/dev/null || echo docker.io
    command -v iptables >/dev/null || echo iptables
    # Newer releases have the docker command in a separate package.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then
        echo docker-cli
    fi
}

install_packages() {
    local -a packages
    if ! command -v dockerd >/dev/null && ! is_debian; then
        fail "$name" "There is no Docker engine on this machine. Set-up installs one only on Debian and Ubuntu." \
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
    engine_answers && return
    announce "$name" "starting it" "5 s"
    : >"$daemon_log"
    if [[ -d /run/systemd/system ]]; then
        systemctl start docker >>"$daemon_log" 2>&1 || true
    else
        remove_stale /var/run/docker.pid dockerd
        remove_stale /var/run/docker/containerd/containerd.pid containerd
        # In a new session, so that the daemon outlives this shell. Descriptor 9 holds set-up's lock: the daemon must
        # not inherit it.
        setsid dockerd >>"$daemon_log" 2>&1 </dev/null 9>&- &
    fi
    local deadline=$((SECONDS + 60))
    until engine_answers; do
        if ((SECONDS >= deadline)); then
            [[ ! -d /run/systemd/system ]] || journalctl -u docker -n 20 --no-pager >>"$daemon_log" 2>&1 || true
            fail_with_log "$name" "The engine was started, but it does not answer" "$daemon_log" \
                "What to do: fix the error in the log. In a container, start the container with --privileged," \
                "or set DOCKER_HOST to an engine outside it. Then run this again."
        fi
        sleep 0.5
    done
    finish
}

# remove_stale FILE PROGRAM: removes a pid file unless its process runs PROGRAM. After a crash or a reboot, the PID in
# the file can belong to another process. The daemon would conclude that it is already running, and exit.
remove_stale() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] || rm -f "$1"
}

main
