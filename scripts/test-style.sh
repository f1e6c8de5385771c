#!/usr/bin/env bash
# Format, lint and the rules of the house: three checks, each counted. The rules are checked by the xtask that test-build.sh
# built.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
passed=0 failed=0
check() {
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && say "FAILED: $*"; fi
}
check cargo fmt --all --check
check "${CARGO_TARGET_DIR:-$root/target}/ci/xtask" tidy
check cargo clippy --workspace --all-targets --profile ci --quiet -- -D warnings
count style "$passed" "$failed" 0
((failed == 0))
