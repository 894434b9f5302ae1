#!/usr/bin/env bash
# Step: client libraries in other languages for the version tests: redis-py, Jedis, and a pure Python TLS library that
# still supports SSLv3. Installs the versions pinned in clients/ into the cache. The step `runtimes` comes first.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

name="clients"
home=$(clients_home)
pins=$toolchain/clients
log=$logs/clients.log

[[ ! -d $home ]] || exit 0
make_scratch
announce "$name" "installing redis-py and tlslite-ng with pip, Jedis with Maven" "20 s"
status() { echo "downloading"; }
watch "$log" status true python3 -m pip install --quiet --no-deps --target "$scratch/clients/python" \
    --requirement "$pins/requirements.txt" ||
    fail_with_log "$name" "pip could not install toolchain/clients/requirements.txt" "$log" \
        "What to do: make sure that pip can reach its package index, then run this again."
watch "$log" status true mvn --batch-mode --quiet --file "$pins/pom.xml" \
    dependency:copy-dependencies -DoutputDirectory="$scratch/clients/java" ||
    fail_with_log "$name" "Maven could not download the dependencies in toolchain/clients/pom.xml" "$log" \
        "What to do: make sure that Maven can reach its repository, then run this again."
mkdir -p "$(dirname "$home")"
mv "$scratch/clients" "$home"
finish
