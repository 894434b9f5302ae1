# shellcheck shell=bash
# Locates Node.js, the Pulumi CLI and the plugins. Set-up and env.sh both use this, so that a user's shell gets the same
# tools that set-up found or installed.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A shell that has evaluated env.sh has directories of this cache on its PATH, possibly from an earlier version of the
# sources. They are not the user's own tools.
path_without_cache() {
    local -a kept=()
    local dir IFS=:
    for dir in $PATH; do
        [[ $dir == "$cache"/* ]] || kept+=("$dir")
    done
    echo "${kept[*]}"
}
PATH=$(path_without_cache)

node_package=$cache/node/$NODE_VERSION-$platform
node_bin=$node_package/bin

# use_node: puts a recent enough Node.js first on PATH. Fails if set-up has not installed one.
use_node() {
    local version
    version=$(node -p process.versions.node 2>/dev/null) || version=0
    version_at_least "$version" "$NODE_MINIMUM" && return
    [[ -x $node_bin/node ]] && PATH=$node_bin:$PATH
}

# clients_home: the directory of the client libraries in other languages for the version tests. Its name is a hash of
# their pins.
clients_home() { echo "$cache/clients/$(cat "$toolchain"/clients/* | sha256 | cut -c 1-12)"; }

# build_key MODULE PACKAGE: a hash of everything that the binary built from PACKAGE in MODULE depends on.
build_key() {
    local -a sources
    case $2 in
    .) sources=(.) ;;
    ./*) sources=(go.mod go.sum "$2") ;;
    *) sources=(go.mod go.sum) ;;
    esac
    (
        cd "$toolchain/$1"
        echo "$platform $PULUMI_VERSION"
        [[ $1 != plugins ]] || echo "$DOCKER_PLUGIN_VERSION $RANDOM_PLUGIN_VERSION $TLS_PLUGIN_VERSION"
        # Programs embed the last two.
        find "${sources[@]}" -type f \( -name '*.go' -o -name 'go.*' -o -name '*.xml' -o -name '*.png' \) |
            LC_ALL=C sort | xargs cat
    ) | sha256 | cut -c 1-12
}

# built_binary MODULE BINARY PACKAGE: the path of a binary in the cache.
built_binary() { echo "$cache/built/$2-$(build_key "$1" "$3")/$2"; }

# Pulumi's home directory has a key too, so that checkouts at different versions never share one.
pulumi_home() {
    local key
    key=$({ build_key pulumi ./host && build_key plugins .; } | sha256)
    echo "$cache/pulumi/$PULUMI_VERSION-${key:0:12}"
}

# user_pulumi_home: the user's own Pulumi home. Its CLI and plugins are used if they fit.
user_pulumi_home() {
    local home=${PULUMI_HOME:-}
    [[ -n $home && $home != "$cache"/* ]] || home=$HOME/.pulumi
    echo "$home"
}

# cli_fits DIRECTORY: whether it contains a recent enough CLI and the Node.js language host.
cli_fits() {
    local version
    [[ -x $1/pulumi && -x $1/pulumi-language-nodejs ]] || return 1
    version=$(PULUMI_SKIP_UPDATE_CHECK=true "$1/pulumi" version 2>/dev/null) || return 1
    version_at_least "${version#v}" "$PULUMI_VERSION"
}

# find_cli HOME: prints the directory of the CLI to use: the one on PATH, the user's, or the one in HOME.
find_cli() {
    local found dir
    found=$(command -v pulumi || true)
    # Package managers install links. The language host is next to the link or next to its target.
    for dir in "${found%/*}" "$(real_directory "$found")" "$(user_pulumi_home)/bin"; do
        if [[ -n $dir ]] && cli_fits "$dir"; then
            echo "$dir"
            return
        fi
    done
    # This one needs no check: HOME's name contains its version, and it was moved there complete.
    [[ -x $1/bin/pulumi && -x $1/bin/pulumi-language-nodejs ]] && echo "$1/bin"
}

# missing_hosts HOME: prints the languages without a host, neither next to the CLI nor in HOME.
missing_hosts() {
    local cli language
    cli=$(find_cli "$1") || cli=
    for language in python go java yaml; do
        [[ -x $cli/pulumi-language-$language || -x $1/bin/pulumi-language-$language ]] || echo "$language"
    done
}

real_directory() {
    [[ -z $1 ]] || dirname "$(readlink -f "$1" || echo "$1")"
}

# s3_server: the path of the S3 server for the tests.
s3_package=github.com/versity/versitygw/cmd/versitygw
s3_server() { built_binary s3 versitygw "$s3_package"; }

# plugins: prints a line "NAME VERSION" for each plugin.
plugins() {
    echo "docker $DOCKER_PLUGIN_VERSION"
    echo "random $RANDOM_PLUGIN_VERSION"
    echo "tls $TLS_PLUGIN_VERSION"
}

# plugin_file HOME NAME VERSION: the path where the engine looks for a plugin.
plugin_file() { echo "$1/plugins/resource-$2-v$3/pulumi-resource-$2"; }

# missing_plugins HOME: prints a line "NAME VERSION" for each plugin that HOME lacks.
missing_plugins() {
    local name version
    plugins | while read -r name version; do
        [[ -x $(plugin_file "$1" "$name" "$version") ]] || echo "$name $version"
    done
}
