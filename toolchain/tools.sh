#!/usr/bin/env bash
# Step: what the tests use besides: shellcheck for the scripts, openssl as a TLS client that is not ours.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing=()
for tool in shellcheck openssl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
((${#missing[@]} > 0)) || exit 0

if is_debian && ((EUID == 0)); then
    announce "tools" "apt-get install ${missing[*]}" "15 s"
    apt_install tools "${missing[@]}"
    finish
    exit
fi
fail "tools" "The tests need ${missing[*]}, not found on PATH." \
    "What to do: install what is missing, then run this again:" \
    "  Debian, Ubuntu   sudo apt-get install ${missing[*]}" \
    "  Fedora           sudo dnf install ${missing[*]/shellcheck/ShellCheck}" \
    "  macOS            brew install ${missing[*]}"
