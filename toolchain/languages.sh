#!/usr/bin/env bash
# Step: the engine's hosts for programs in Python, Go, Java and YAML. Uses those next to the CLI (the official download
# contains them), else builds them from Go modules: our own small host for Python and Go, because the official ones are
# not available as recent modules, and the official hosts for Java and YAML.

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"

name="languages"
home=$(pulumi_home)
missing=$(missing_hosts "$home")
[[ -n $missing ]] || exit 0

need_go "$name" "The Pulumi CLI lacks language hosts, which Go can build"
announce "$name" "building the hosts for ${missing//$'\n'/, } from Go modules" "1 minute, seconds when cached"

# place FILE NAME: adds a file to the directory of the hosts by a rename.
place() {
    make_scratch
    mkdir -p "$home/bin"
    link "$1" "$scratch/$2"
    mv "$scratch/$2" "$home/bin/$2"
}

for language in $missing; do
    case $language in
    python)
        build pulumi host ./host "$pulumi_version"
        # The script that runs a program. Only this part of the official host is still in the SDK's Go module.
        sdk=$(cd "$toolchain/pulumi" && go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)
        place "$sdk/python/cmd/pulumi-language-python-exec" pulumi-language-python-exec
        ;;
    go) build pulumi host ./host "$pulumi_version" ;;
    java) build pulumi pulumi-language-java github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java ;;
    yaml) build pulumi pulumi-language-yaml github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml ;;
    esac
    place "$built" "pulumi-language-$language"
done
finish
