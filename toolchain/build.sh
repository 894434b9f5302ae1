# shellcheck shell=bash
# Builds a Go module of this directory into the cache and shows progress. Sourced by pulumi.sh.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

# build MODULE BINARY PACKAGE LDFLAGS: sets $built to the path of the binary. The cache has one binary for each
# combination of versions and module sources.
build() {
    local module=$1 binary=$2 package=$3 ldflags=$4
    local directory list log
    directory=$cache/built/$module-$(module_key "$module")
    built=$directory/$binary
    [[ ! -x $built ]] || return 0
    make_scratch
    log=$logs/build-$module.log
    building=$binary
    # No version-control stamp: it needs git, and a checkout that the current user owns.
    local -a flags=(-mod=readonly -buildvcs=false -trimpath -ldflags "-s -w $ldflags")
    # Nothing here uses cgo. Disabling it removes the need for a C compiler.
    export CGO_ENABLED=0

    # Lists the packages that Go's build cache does not have. Listing also downloads the modules.
    list=$scratch/packages
    watch "$log" download_status true in_module "$module" "$list" \
        go list "${flags[@]}" -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' "$package" ||
        fail_with_log "building $binary" "its Go modules could not be downloaded" "$log" \
            "What to do: make sure that Go can reach its module proxy (go env GOPROXY), then run this again."
    packages=$(grep -c . "$list" || true)
    mkdir "$scratch/build-$module"
    watch "$log" build_status true in_module "$module" /dev/null \
        go build "${flags[@]}" -v -o "$scratch/build-$module/$binary" "$package" ||
        fail_with_log "building $binary" "go build failed" "$log" \
            "What to do: run this again (compiled packages stay in Go's cache). If the log says" \
            "\"killed\" or \"no space left\": the build needs 4 GB of memory and 6 GB of disk."
    mkdir -p "$cache/built"
    rm -rf "$directory"
    mv "$scratch/build-$module" "$directory"
}

in_module() {
    cd "$toolchain/$1"
    exec "${@:3}" >"$2"
}

download_status() { echo "$building: $(grep -c '^go: downloading' "$log" || true) Go modules downloaded"; }

# go build -v prints each package when its compilation starts. The last one is the program, which takes long to link.
build_status() {
    local compiled
    compiled=$(grep -vc '^go: ' "$log" || true)
    if ((compiled >= packages - 1)); then
        echo "linking $building"
    else
        echo "building $building: $compiled/$packages packages ($((100 * compiled / packages)) %)"
    fi
}
