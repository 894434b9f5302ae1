# shellcheck shell=bash
# Where Node.js, the Pulumi CLI and the plugins in use are: read by set-up and by env.sh alike, so that
# a person's shell gets the very ones that set-up found or made.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A shell that has evaluated env.sh has this cache's own directories on its PATH, maybe those of an
# earlier version of the sources: they are not the person's own tools.
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

# use_node: puts a Node.js that is new enough first on PATH; fails when set-up has not made one.
use_node() {
    local version
    version=$(node -p process.versions.node 2>/dev/null) || version=0
    version_at_least "$version" "$NODE_MINIMUM" && return
    [[ -x $node_bin/node ]] && PATH=$node_bin:$PATH
}

# clients_home: where the clients of other languages are that the tests of versions use; keyed by their pins.
clients_home() { echo "$cache/clients/$(cat "$toolchain"/clients/* | sha256 | cut -c 1-12)"; }

# module_key MODULE: changes with anything that the binary built from it depends on.
module_key() {
    (
        cd "$toolchain/$1"
        echo "$platform $PULUMI_VERSION"
        [[ $1 != plugins ]] || echo "$DOCKER_PLUGIN_VERSION $RANDOM_PLUGIN_VERSION $TLS_PLUGIN_VERSION"
        find . -type f \( -name '*.go' -o -name go.mod -o -name go.sum \) | LC_ALL=C sort | xargs cat
    ) | sha256 | cut -c 1-12
}

# Pulumi's home directory is keyed too: two checkouts at different versions never meet in one.
pulumi_home() {
    local key
    key=$(for module in cli nodejs-host plugins; do module_key "$module"; done | sha256)
    echo "$cache/pulumi/$PULUMI_VERSION-${key:0:12}"
}

# The home of the person's own Pulumi, whose CLI and plugins are used where they fit.
person_home() {
    local home=${PULUMI_HOME:-}
    [[ -n $home && $home != "$cache"/* ]] || home=$HOME/.pulumi
    echo "$home"
}

# cli_fits DIRECTORY: has a CLI that is new enough, with the Node.js language host beside it.
cli_fits() {
    local version
    [[ -x $1/pulumi && -x $1/pulumi-language-nodejs ]] || return 1
    version=$(PULUMI_SKIP_UPDATE_CHECK=true "$1/pulumi" version 2>/dev/null) || return 1
    version_at_least "${version#v}" "$PULUMI_VERSION"
}

# find_cli HOME: prints the directory of the CLI to use: PATH's, the person's, or the one in HOME.
find_cli() {
    local found dir
    found=$(command -v pulumi || true)
    # A package manager's link: the language host stands beside what it points to, or beside the link.
    for dir in "${found%/*}" "$(real_directory "$found")" "$(person_home)/bin"; do
        if [[ -n $dir ]] && cli_fits "$dir"; then
            echo "$dir"
            return
        fi
    done
    # Its directory's name is its version, and it was moved there complete.
    [[ -x $1/bin/pulumi && -x $1/bin/pulumi-language-nodejs ]] && echo "$1/bin"
}

real_directory() {
    [[ -z $1 ]] || dirname "$(readlink -f "$1" || echo "$1")"
}

# plugins: a line "NAME VERSION" for each.
plugins() {
    echo "docker $DOCKER_PLUGIN_VERSION"
    echo "random $RANDOM_PLUGIN_VERSION"
    echo "tls $TLS_PLUGIN_VERSION"
}

# plugin_file HOME NAME VERSION: where the engine looks for a plugin.
plugin_file() { echo "$1/plugins/resource-$2-v$3/pulumi-resource-$2"; }

# missing_plugins HOME
missing_plugins() {
    local name version
    plugins | while read -r name version; do
        [[ -x $(plugin_file "$1" "$name" "$version") ]] || echo "$name $version"
    done
}
