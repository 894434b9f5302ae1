#!/usr/bin/env bash
# Builds the image redis:VERSION from Debian packages, for machines that reach no image registry:
#     images/build.sh 8.0
# It has what the official image has and this project relies on: the user redis (999:999), /data owned
# by it, redis-server and redis-cli on PATH. redis.tsv says which Debian release carries which version.

# shellcheck source-path=SCRIPTDIR source=../toolchain/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../toolchain/lib.sh"

table=$checkout/images/redis.tsv

main() {
    local version=$1 suite package reference=redis:$1 log=$logs/image-$1.log
    read -r _ suite package < <(awk -v v="$version" '$1 == v' "$table") ||
        fail "image $reference" "No Debian release in images/redis.tsv carries Redis $version; it has:" \
            "$(awk '!/^#/ { print "  " $1 }' "$table")" \
            "What to do: load the image from a machine that can pull it: docker save | docker load."
    need_mmdebstrap "$reference"
    make_scratch
    announce "image $reference" "building it from Debian $suite" "40 s"
    building=$reference
    watch "$log" build_status true make_root "$suite" "$package" "$scratch/root.tar" ||
        fail_with_log "image $reference" "mmdebstrap ended with an error" "$log" \
            "What to do: see that apt can reach its mirror (apt-get update), then run this again."
    install_image "$version" "$reference" "$log"
    finish
}

build_status() { echo "building $building"; }

need_mmdebstrap() {
    command -v mmdebstrap >/dev/null && return
    if is_debian && ((EUID == 0)); then
        announce "mmdebstrap" "apt-get install" "15 s"
        # The keyring, because Ubuntu does not trust Debian's releases by itself.
        apt_install mmdebstrap mmdebstrap debian-archive-keyring
        finish
        return
    fi
    local -a ways=("load it from a machine that can pull it: docker save $1 | docker load")
    ! is_debian || ways+=("or: sudo apt-get install mmdebstrap debian-archive-keyring, then run this again")
    fail "image $1" "Building it here needs mmdebstrap, which is not on PATH." "What to do:" "${ways[@]/#/  }"
}

# make_root SUITE PACKAGE TAR. The hooks get the new root directory as their $1.
# shellcheck disable=SC2016
make_root() {
    local path
    local -a without=()
    # What debian's own slim images leave out.
    for path in doc man info locale lintian groff linda; do
        without+=(--dpkgopt="path-exclude=/usr/share/$path/*")
    done
    # Debian 12 would else bring usrmerge, and with it 50 MB of Perl.
    local merged=/usr/share/mmdebstrap/hooks/maybe-merged-usr
    [[ ! -d $merged ]] || without+=(--hook-dir="$merged")
    # The user is there before Redis's package would make one with a number of its own choice.
    mmdebstrap --variant=minbase --include="$2" "${without[@]}" \
        --essential-hook='echo "redis:x:999:" >>"$1/etc/group"' \
        --essential-hook='echo "redis:x:999:999::/data:/usr/sbin/nologin" >>"$1/etc/passwd"' \
        --customize-hook='install -d -o 999 -g 999 -m 0755 "$1/data"' \
        --customize-hook='chroot "$1" redis-server --version' \
        --customize-hook='rm -rf "$1"/var/cache/debconf/*-old "$1"/var/log/* "$1"/etc/redis "$1"/var/lib/redis' \
        "$1" "$3"
}

# install_image VERSION REFERENCE LOG: under a name of its own until it is known to work.
install_image() {
    local version=$1 reference=$2 log=$3 trial=pulumi-redis-database-trial:$1 exact
    exact=$(sed -n 's/^Redis server v=\([0-9.]*\) .*/\1/p' "$log" | tail -n 1)
    [[ $exact == "$version".* ]] ||
        fail "image $reference" "Debian's package is Redis ${exact:-of unknown version}, not $version." \
            "What to do: correct images/redis.tsv."
    docker import \
        --change 'WORKDIR /data' --change 'VOLUME /data' --change 'EXPOSE 6379' \
        --change 'CMD ["redis-server"]' \
        --change 'LABEL io.pulumi-redis-database.built=locally' \
        --change "LABEL io.pulumi-redis-database.redis-version=$exact" \
        "$scratch/root.tar" "$trial" >>"$log" 2>&1 ||
        fail_with_log "image $reference" "docker import ended with an error" "$log" \
            "What to do: see that Docker has room (docker system df), then run this again."
    if ! supports_tls "$trial" >>"$log" 2>&1; then
        docker rmi "$trial" >/dev/null
        fail_with_log "image $reference" "its redis-server does not run, or has no TLS" "$log" \
            "What to do: choose another Debian release for it in images/redis.tsv."
    fi
    docker tag "$trial" "$reference"
    docker rmi "$trial" >/dev/null
}

main "${1:?usage: images/build.sh VERSION, one of images/redis.tsv}"
