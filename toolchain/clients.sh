#!/usr/bin/env bash
# Step: client libraries in other languages for the version tests: redis-py, Jedis, and a pure Python TLS library that
# still supports SSLv3. Installs the versions pinned in clients/ into the cache.

# shellcheck source-path=SCRIPTDIR source=locate.sh
. "$(dirname "${BASH_SOURCE[0]}")/locate.sh"

name="clients"
home=$(clients_home)
pins=$toolchain/clients
log=$logs/clients.log

need() {
    local what=$1 package=$2
    if is_debian && ((EUID == 0)); then
        announce "$what" "apt-get install $package" "1 minute"
        apt_install "$what" "$package"
        finish
        return
    fi
    fail "$name" "The version tests need $what, which is not on PATH." \
        "What to do: install it, then run this again:" \
        "  Debian, Ubuntu   sudo apt-get install $package" \
        "  other systems    with your package manager"
}

python3 --version >/dev/null 2>&1 || need "Python 3" python3
python3 -m pip --version >/dev/null 2>&1 || need "pip for Python 3" python3-pip
# A runtime without a compiler cannot run a Java source file.
javac -version >/dev/null 2>&1 || need "a JDK (11 or later)" default-jdk-headless
mvn --version >/dev/null 2>&1 || need "Maven" maven

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
