#!/usr/bin/env bash
# Builds the binary that the tests drive, the tests, the examples and xtask in one go. Asked for one package (`-p`), cargo
# chooses other features for some dependencies and compiles them and all above them again: whoever builds something more
# in a test names the whole workspace, too.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
cargo build --workspace --bins --tests --examples --profile ci --quiet
