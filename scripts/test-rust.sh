#!/usr/bin/env bash
# Every Rust test of the workspace, then the examples in the documentation.
# Without cargo-nextest, cargo test runs the same tests, one process a test file instead of one a test: slower, but nothing
# has to be compiled first.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
code=0
# Programs that others wrote, such as Claude Code and Codex. A test that finds none of them says so in the report.
if peers=$(tests/peers/install.sh); then
    export MESH_PEERS=$peers
else
    say "the third-party programs could not be installed (see above); the tests with them are skipped"
fi
if cargo nextest --version >/dev/null 2>&1; then
    run rust cargo nextest run --workspace --cargo-profile ci || code=$?
else
    say "cargo-nextest was not found; using cargo test"
    run rust cargo test --workspace --profile ci --lib --bins --tests --no-fail-fast || code=$?
fi
EMPTY_OK=1 run rust-docs cargo test --workspace --profile ci --doc --no-fail-fast --quiet || code=$?
exit "$code"
