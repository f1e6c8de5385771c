#!/usr/bin/env bash
# The web page: packages by the lock, types and style, unit tests, and the build that the binary embeds.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if ! have_node; then
    skip web "Node 20 or newer with npm was not found: the page, its unit tests and the browser tests need it"
    exit 0
fi
cd "$root/web" || exit 1
build_web || { count web 0 1 0 && exit 1; }
failed=0
if ! npm run --silent check </dev/null 2>&1 | tee "$report/web-check.txt"; then
    failed=1
    sed 's/\x1b\[[0-9;]*m//g' "$report/web-check.txt" | grep -B1 '^Error' | sed 's/^/web-check: /' >>"$report/failures"
fi
count web-check $((1 - failed)) "$failed" 0
run web npm test --silent
code=$?
((code == 0 && failed == 0))
