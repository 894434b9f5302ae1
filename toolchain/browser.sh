#!/usr/bin/env bash
# Step: Chromium, with which the test of the portal opens its page, and a font for the screenshots.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

chromium --version >/dev/null 2>&1 && exit 0
if is_debian && ((EUID == 0)); then
    announce "Chromium" "apt-get install chromium" "1 minute"
    apt_install "Chromium" chromium fonts-liberation
    finish
    exit
fi
fail "Chromium" "The test of examples/platform needs Chromium, which is not on PATH as \`chromium\`." \
    "What to do: install it, then run this again:" \
    "  Debian, Ubuntu   sudo apt-get install chromium" \
    "  other systems    with your package manager; the command must be \`chromium\`"
