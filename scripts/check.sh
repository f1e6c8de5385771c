#!/usr/bin/env bash
# make check: what to run before every commit. No browser, no third-party programs, nothing installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_rust

say "format"
cargo fmt --all --check
say "tidy"
cargo xtask tidy
say "lint"
cargo clippy --workspace --all-targets --quiet -- -D warnings
say "unit tests"
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --lib --bins
else
    cargo test --workspace --lib --bins --quiet
fi
if [[ -d web/node_modules ]]; then
    say "web page"
    (cd web && npm run --silent check && npm test --silent)
fi
