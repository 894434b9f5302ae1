#!/usr/bin/env bash
# Generates the SDKs of all languages from the plugin's schema:  toolchain/sdk.sh write | check
# `write` replaces sdk/. `check` compares sdk/ with what it would be.

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"

activity="generating the SDKs"
name="SDKs"
cd "$checkout"
use_node || fail "$name" "Node.js is not set up yet." "What to do: run \`make sdk\`."
need_go "$name" "Go builds their generator"
build pulumi sdkgen ./sdkgen "$pulumi_version"
make_scratch
generated=$scratch/sdk
log=$logs/sdkgen.log
version=$(node -p 'require("./package.json").version')
"$built" provider/plugin/schema.json "$version" "$generated" >"$log" 2>&1 ||
    fail_with_log "$name" "the generator reports an error" "$log" \
        "What to do: correct provider/plugin/schema.json, or the code that generates it."

# The generated module file names only the version of Pulumi. `go mod tidy` adds what that version requires.
module=go/redisdatabase

case ${1:-} in
write)
    status() { echo "resolving the Go modules"; }
    tidy() { cd "$1" && go mod tidy; }
    log=$logs/go-mod-tidy.log
    watch "$log" status true tidy "$generated/$module" ||
        fail_with_log "$name" "go mod tidy failed" "$log" \
            "What to do: make sure that Go can reach its module proxy (go env GOPROXY), then run this again."
    rm -rf sdk
    mv "$generated" sdk
    say "sdk/: $(find sdk -type f | wc -l) files, version $version"
    ;;
check)
    cp "sdk/$module/"go.{mod,sum} "$generated/$module/"
    (cd "$generated/$module" && go mod edit -require "github.com/pulumi/pulumi/sdk/v3@v$PULUMI_VERSION")
    # Builds leave ignored files.
    ignored=(target build bin obj node_modules __pycache__ '*.egg-info')
    if ! diff -rq "${ignored[@]/#/--exclude=}" sdk "$generated" >"$log"; then
        say "sdk/ differs from what provider/plugin/schema.json and package.json generate:"
        head -n 20 "$log" | sed "s#$scratch/sdk#generated#g; s/^/  /" >&2
        say "What to do: run \`make sdk\`, and commit sdk/."
        exit 1
    fi
    ;;
*) fail "$name" "There is no such command." "What to do: use \`write\` or \`check\`." ;;
esac
