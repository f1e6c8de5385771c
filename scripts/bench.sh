#!/usr/bin/env bash
# make bench: the load driver against the release build; arguments go to it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_rust
have redis-server || need_debian "comparing with Redis" redis-server || say "without redis-server its arms are left out"
have postgres || [[ -n $(compgen -G '/usr/lib/postgresql/*/bin/postgres') ]] || need_debian "comparing with Postgres" postgresql || say "without postgres its arms are left out"
say "building the release binaries"
cargo build --release --quiet --package themesh --package mesh-bench
peers=$(tests/peers/install.sh)
PATH="$peers/bin:$PATH" exec target/release/mesh-bench "$@"
