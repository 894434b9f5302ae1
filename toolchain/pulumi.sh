#!/usr/bin/env bash
# Step: the Pulumi CLI with the Node.js language host, and the docker, random and tls plugins. Uses those of this
# machine if they fit, else the official downloads, else builds them from Go modules.

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"

home=$(pulumi_home)
bin=$(find_cli "$home") || bin=
missing=$(missing_plugins "$home")
[[ -z $bin || -n $missing ]] || exit 0

use_node
export PULUMI_SKIP_UPDATE_CHECK=true
# Set to the reason after an official download failed, so that later steps do not wait for the release host again.
unreachable=

main() {
    mkdir -p "$home/plugins"
    # The mode that Pulumi gives its home directory: only the owner can read it.
    chmod 700 "$home"
    if [[ -z $bin ]]; then
        rm -rf "${home:?}/bin"
        get_cli
    fi
    link_plugins
    [[ -z $missing ]] || download_plugins
    [[ -z $missing ]] || build_plugins
}

get_cli() {
    announce "Pulumi CLI" "official download of $PULUMI_VERSION" "1 minute"
    make_scratch
    # Node.js 22 uses the proxy variables only with NODE_USE_ENV_PROXY.
    if download_official cli \
        env NODE_USE_ENV_PROXY=1 node "$toolchain/install-cli.mjs" "$scratch/cli" "$PULUMI_VERSION" &&
        cli_fits "$scratch/cli/bin"; then
        mv "$scratch/cli/bin" "$home/bin"
    else
        build_cli
    fi
    bin=$home/bin
    finish
}

build_cli() {
    need_go_for "Pulumi CLI"
    note "building it from Go modules instead (about 6 minutes on two cores, seconds when cached)"
    mkdir "$scratch/bin"
    # The small program first, so that errors show sooner.
    build pulumi host ./host "$pulumi_version"
    link "$built" "$scratch/bin/pulumi-language-nodejs"
    build pulumi pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi "$pulumi_version"
    link "$built" "$scratch/bin/pulumi"
    mv "$scratch/bin" "$home/bin"
}

# link_plugins: uses the plugins in the user's own Pulumi home.
link_plugins() {
    local name version file
    while read -r name version; do
        file=$(plugin_file "$(user_pulumi_home)" "$name" "$version")
        # The engine creates the .partial file while a download is incomplete.
        if [[ -x $file && ! -e ${file%/*}.partial ]]; then
            place_plugin "$file" "$name" "$version"
        fi
    done < <(missing_plugins "$home")
    missing=$(missing_plugins "$home")
}

download_plugins() {
    local name version file
    [[ -z $unreachable ]] || return 0
    announce "Pulumi plugins" "official download of $(tr '\n' ',' <<<"$missing" | sed 's/,$//; s/,/, /g')" "1 minute"
    make_scratch
    while read -r name version; do
        download_official "plugin-$name" env PULUMI_HOME="$scratch/home" \
            "$bin/pulumi" plugin install resource "$name" "$version" || break
        file=$(plugin_file "$scratch/home" "$name" "$version")
        [[ -x $file ]] && place_plugin "$file" "$name" "$version"
    done <<<"$missing"
    missing=$(missing_plugins "$home")
    [[ -n $missing ]] || finish
}

build_plugins() {
    local name version
    need_go_for "Pulumi plugins"
    announce "Pulumi plugins" "building docker, random and tls from Go modules" \
        "4 minutes on two cores, seconds when cached"
    build plugins plugins . "-X main.dockerVersion=$DOCKER_PLUGIN_VERSION \
-X main.randomVersion=$RANDOM_PLUGIN_VERSION -X main.tlsVersion=$TLS_PLUGIN_VERSION"
    while read -r name version; do
        place_plugin "$built" "$name" "$version"
    done <<<"$missing"
    missing=
    finish
}

# download_official NAME COMMAND…: runs an official installer. If it fails, prints the reason in one line. It fails
# early if the release host does not answer.
download_official() {
    local log=$logs/official-$1.log
    shift
    make_scratch
    download=$scratch/download
    mkdir -p "$download"
    watch "$log" official_download_status keep_waiting env TMPDIR="$download" "$@" && return
    unreachable=$(grep -v '^ *$' "$log" | tail -n 1 | cut -c 1-200)
    note "no official download: ${unreachable:-no answer within $timeout_s s}"
    unreachable=${unreachable:-no answer}
    return 1
}

# Both installers download to the directory for temporary files, so a file appears there soon after the host answers.
# Ten minutes are enough for the rest.
timeout_s=15
arriving() { [[ -n $(find "$download" -type f -size +0 2>/dev/null) ]]; }
keep_waiting() { ((elapsed < timeout_s)) || { ((elapsed < 600)) && arriving; }; }
official_download_status() { if arriving; then echo "downloading"; else echo "waiting for the release host"; fi; }

# place_plugin FILE NAME VERSION: puts a plugin where the engine looks for it.
place_plugin() {
    local directory
    directory=$(dirname "$(plugin_file "$home" "$2" "$3")")
    make_scratch
    rm -rf "$scratch/plugin"
    mkdir "$scratch/plugin"
    link "$1" "$scratch/plugin/pulumi-resource-$2"
    rm -rf "$directory"
    mv "$scratch/plugin" "$directory"
}

need_go_for() {
    need_go "$1" "The official download failed" \
        "Or install Pulumi $PULUMI_VERSION or later (https://www.pulumi.com/docs/install), and its plugins:" \
        "$(plugins | sed 's/^/  pulumi plugin install resource /')"
}

main
