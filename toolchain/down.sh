#!/usr/bin/env bash
# Destroys the stack that `make up` created, and its state. Run by `make down` in the environment of env.sh.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"
if pulumi stack ls --json | grep -q '"name": "quickstart"'; then
    # `make down` is an explicit request to destroy, so it overrides the program's deletionProtection.
    pulumi state unprotect --all --yes --stack quickstart
    pulumi destroy --yes --remove --skip-preview --stack quickstart
else
    echo "There is no stack to destroy."
fi
