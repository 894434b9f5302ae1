#!/usr/bin/env bash
# Step: Python with venv and pip, a JDK and Maven. The examples and client libraries in other languages need them.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need() {
    local what=$1 package=$2
    if is_debian && ((EUID == 0)); then
        announce "$what" "apt-get install $package" "1 minute"
        apt_install "$what" "$package"
        finish
        return
    fi
    fail "$what" "The tests in other languages need $what, which is not on PATH." \
        "What to do: install it, then run this again:" \
        "  Debian, Ubuntu   sudo apt-get install $package" \
        "  other systems    with your package manager"
}

python3 --version >/dev/null 2>&1 || need "Python 3" python3
python3 -m pip --version >/dev/null 2>&1 || need "pip for Python 3" python3-pip
# Debian's package of Python contains venv, but not the part that installs pip into a virtual environment.
python3 -c "import venv, ensurepip" >/dev/null 2>&1 || need "venv for Python 3" python3-venv
# A runtime without a compiler cannot run a Java source file.
javac -version >/dev/null 2>&1 || need "a JDK (11 or later)" default-jdk-headless
mvn --version >/dev/null 2>&1 || need "Maven" maven
