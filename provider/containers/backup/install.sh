#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Runs in the image of restic: copies restic and the CA certificates to the volume for the files of backups. The backup
# container runs in the server's image, which has neither.
set -eu
parts=$(dirname "$0")
. "$parts/../shared/files.sh"
. "$parts/files.sh"

# Copies a file, unless the copy exists. A running backup keeps using the replaced file.
#   $1       the file
#   $2       its copy
#   $3       the copy's mode
install() {
    if cmp -s "$1" "$2"; then return; fi
    cp -L "$1" "$2.new"
    chmod "$3" "$2.new"
    mv -f "$2.new" "$2"
}

mkdir -p "$bin_dir"
install "$image_restic" "$restic" 755
install "$image_ca_certificates" "$ca_certificates" 644
