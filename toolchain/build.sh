# shellcheck shell=bash
# Builds Go programs from the modules in this directory into the cache and shows progress. Sourced by set-up steps.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

# Linker flags that set the version of Pulumi's SDK.
# shellcheck disable=SC2034  # used by the scripts that source this
pulumi_version="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION"

# build MODULE BINARY PACKAGE [LDFLAGS]: sets $built to the path of the binary. The cache has one binary for each
# combination of versions and sources.
build() {
    local module=$1 binary=$2 package=$3 ldflags=${4:-}
    local directory list log
    built=$(built_binary "$module" "$binary" "$package")
    directory=${built%/*}
    [[ ! -x $built ]] || return 0
    make_scratch
    log=$logs/build-$binary.log
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
    mkdir "$scratch/build-$binary"
    watch "$log" build_status true in_module "$module" /dev/null \
        go build "${flags[@]}" -v -o "$scratch/build-$binary/$binary" "$package" ||
        fail_with_log "building $binary" "go build failed" "$log" \
            "What to do: run this again (compiled packages stay in Go's cache). If the log says" \
            "\"killed\" or \"no space left\": the build needs 4 GB of memory and 6 GB of disk."
    mkdir -p "$cache/built"
    rm -rf "$directory"
    mv "$scratch/build-$binary" "$directory"
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

# need_go STEP REASON [LINE…]: fails if Go is missing or too old. The lines name an alternative to installing it.
need_go() {
    local required log=$logs/go.log
    required=$(sed -n 's/^go //p' "$toolchain/pulumi/go.mod")
    local -a remedies=("What to do: install Go $required or later (https://go.dev/doc/install), then run this again." "${@:3}")
    command -v go >/dev/null || fail "$1" "$2, and Go is not on PATH." "${remedies[@]}"
    mkdir -p "$logs"
    # In the module's directory, Go compares its version with the one that go.mod requires.
    (cd "$toolchain/pulumi" && go list -m) >"$log" 2>&1 ||
        fail_with_log "$1" "$2, and this Go is too old or does not run" "$log" "${remedies[@]}"
}

# link FILE TO: a hard link needs no space and outlives the original. It does not work across file systems, so copy there.
link() { ln "$1" "$2" 2>/dev/null || cp "$1" "$2"; }
