#!/usr/bin/env bash
# make goldens: the pages under docs/reference, as the binary prints them now.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_rust
cargo build --quiet --package themesh --bin mesh
cargo xtask goldens --mesh "$root/target/debug/mesh"
