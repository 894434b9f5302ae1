#!/usr/bin/env bash
# Builds the SDKs in sdk/ with the tools of their languages:  toolchain/build-sdks.sh DIRECTORY
# DIRECTORY gets a wheel for Python and a library for Java. The SDKs for Go and Node.js are compiled and checked; Go programs
# use the sources. The SDK for .NET is not built: set-up installs no .NET.

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"

activity="building the SDKs"
name="SDKs"
cd "$checkout"
use_node || fail "$name" "Node.js is not set up yet." "What to do: run \`make setup\`."
need_go "$name" "Go compiles one of them"
output=$(cd "$1" && pwd)
make_scratch

# run LANGUAGE FUNCTION: builds in a copy, because some tools write next to the sources.
run() {
    local log=$logs/sdk-$1.log
    cp -R "sdk/$1" "$scratch/$1"
    building=$1
    watch "$log" status true "$2" "$scratch/$1" ||
        fail_with_log "$name" "the SDK for $1 does not build" "$log" \
            "What to do: correct the schema or toolchain/pulumi/sdkgen, and run \`make sdk\`. If a download failed, run this again."
}
status() { echo "building the SDK for $building"; }

python() {
    # The time of the files in the wheel, as in the other packages: the same sources give the same bytes.
    export SOURCE_DATE_EPOCH=499162500
    # Both variables pin the tool that builds the wheel: the first for pip before 25.3, the second for later ones.
    PIP_CONSTRAINT=$toolchain/sdks/python.txt PIP_BUILD_CONSTRAINT=$toolchain/sdks/python.txt \
        python3 -m pip wheel --quiet --no-deps --wheel-dir "$output" "$1"
}

java() {
    # The library contains its project file, which install:install-file of maven-install-plugin 3 reads.
    mvn --batch-mode --quiet --file "$1/pom.xml" package && cp "$1"/target/*.jar "$output/"
}

# With the module versions of toolchain/pulumi, whose packages Go has already compiled. Without that workspace, which a
# user does not have either, it only checks that the module file is complete.
golang() {
    cd "$checkout/sdk/go/redisdatabase" &&
        GOWORK=off go list -mod=readonly -deps ./... >/dev/null &&
        export GOWORK=$toolchain/sdks/go.work CGO_ENABLED=0 GOFLAGS=-trimpath &&
        go build ./... && go vet ./...
}

nodejs() { "$checkout/node_modules/.bin/tsc" --project sdk/nodejs --noEmit; }

announce "$name" "building those for Python, Go, Java and Node.js" "1 minute"
run python python
run go golang
run java java
run nodejs nodejs
finish
