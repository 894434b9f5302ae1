#!/bin/sh
# Starts the link of a replica, and says where it is: Docker gives another address at each start.
run=/settings/run
hostname -i | awk '{ print $1 }' >$run/link.new && mv $run/link.new $run/link
exec haproxy -db -f /settings/current/link.cfg
