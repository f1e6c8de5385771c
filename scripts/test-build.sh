#!/usr/bin/env bash
# Builds the binary that the tests drive and the Rust tests in one go: asked for apart, cargo would choose other features
# for some dependencies and compile them twice.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
cargo build --workspace --bins --tests --profile ci --quiet
