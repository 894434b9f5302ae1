#!/usr/bin/env bash
# Step: tools of the tests: shellcheck for the scripts, openssl as an independent TLS client, and on Linux ip, for a
# second Docker host in a network namespace.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing=()
needed=(shellcheck openssl)
[[ $(uname) != Linux ]] || needed+=(ip)
for tool in "${needed[@]}"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
((${#missing[@]} > 0)) || exit 0

packages=("${missing[@]/#ip/iproute2}")
if is_debian && ((EUID == 0)); then
    announce "tools" "apt-get install ${packages[*]}" "15 s"
    apt_install tools "${packages[@]}"
    finish
    exit
fi
fail "tools" "Required by the tests, but not on PATH: ${missing[*]}." \
    "What to do: install what is missing, then run this again:" \
    "  Debian, Ubuntu   sudo apt-get install ${packages[*]}" \
    "  Fedora           sudo dnf install ${missing[*]/shellcheck/ShellCheck}" \
    "  macOS            brew install ${missing[*]}"
