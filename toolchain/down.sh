#!/usr/bin/env bash
# Destroys what `make up` made, and its state. Run by `make down`, with-env.sh's settings in place.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$checkout"
if pulumi stack ls --json | grep -q '"name": "quickstart"'; then
    # Whoever asks for this means it; the program's deletionProtection is for everybody else.
    pulumi state unprotect --all --yes --stack quickstart
    pulumi destroy --yes --remove --skip-preview --stack quickstart
else
    echo "There is no stack to destroy."
fi
