#!/bin/sh
# shellcheck source-path=SCRIPTDIR
# Starts the tunnel of a replica and records its address: Docker can assign a new one at each start.
parts=$(dirname "$0")
. "$parts/../shared/files.sh"

hostname -i | awk '{ print $1 }' >"$tunnel_address_file.new" && mv "$tunnel_address_file.new" "$tunnel_address_file"
exec haproxy -db -f "$tunnel_conf"
