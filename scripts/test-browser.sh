#!/usr/bin/env bash
# The page in a real browser against the binary: Debian's Chromium, without a GPU.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root/web" || exit 1
have_node || exit 0 # test-web.sh has counted it as skipped
if ! need_chromium; then
    skip browser "Chromium was not found: all browser tests"
    exit 0
fi
run browser npm run --silent e2e
