#!/usr/bin/env bash
# Prints the environment of the project's commands, for a shell:  eval "$(make -s env)"
# With the argument `node`, it prints only the variables for Node.js, which is all that `make check` sets up.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

setting() { printf 'export %s=%q\n' "$1" "$2"; }

not_set_up() { fail "$1 is not set up yet" "What to do: run \`make setup\` first."; }

use_node || not_set_up "Node.js $NODE_MINIMUM or later"
if [[ ${1:-} == node ]]; then
    setting PATH "$PATH"
    exit
fi

home=$(pulumi_home)
bin=$(find_cli "$home") || not_set_up "the Pulumi CLI"
[[ -z $(missing_plugins "$home") ]] || not_set_up "a Pulumi plugin"

# Each checkout has its own state and passphrase.
state=$checkout/.local/state
passphrase=$checkout/.local/passphrase
mkdir -p "$state"
if [[ ! -s $passphrase ]]; then
    fresh=$(mktemp "$passphrase.XXXXXX")
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$fresh"
    # ln never overwrites a file: if two processes do this at the same time, the first passphrase stays.
    ln "$fresh" "$passphrase" 2>/dev/null || true
    rm -f "$fresh"
fi

[[ $(command -v pulumi) == "$bin/pulumi" ]] || PATH=$bin:$PATH
# The language hosts that this machine's CLI lacks.
[[ $bin == "$home/bin" || ! -d $home/bin ]] || PATH=$PATH:$home/bin
setting PATH "$PATH"
setting PULUMI_HOME "$home"
setting PULUMI_BACKEND_URL "file://$state"
setting PULUMI_CONFIG_PASSPHRASE_FILE "$passphrase"
# This variable would take precedence over the file.
[[ -z ${PULUMI_CONFIG_PASSPHRASE+set} ]] || echo "unset PULUMI_CONFIG_PASSPHRASE"
setting PULUMI_SKIP_UPDATE_CHECK true
# Set-up has installed all required plugins. A missing plugin should fail at once, not after a download that hangs.
setting PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION true

# For the version tests, and for those with a state in S3.
setting TEST_CLIENTS "$(clients_home)"
setting TEST_S3_SERVER "$(s3_server)"

# The docker plugin reads DOCKER_HOST but does not support contexts. Pass it the endpoint that the docker command uses.
if [[ -z ${DOCKER_HOST:-} ]]; then
    endpoint=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
    [[ -z $endpoint || $endpoint == unix:///var/run/docker.sock ]] || setting DOCKER_HOST "$endpoint"
fi
