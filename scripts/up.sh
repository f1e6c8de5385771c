#!/usr/bin/env bash
# make up: builds what is missing and starts a node. Arguments go to `mesh up`.
# The first start on an empty home brings the demo: three programs look at this repository and talk about it, and three
# workers survey, test and sum it up as tasks.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_rust
if have_node; then
    build_web
else
    say "Node 20 or newer was not found: the node will run without its web page. Install Node and run make up again to get it"
fi
say "building mesh (the first time takes some minutes)"
cargo build --manifest-path "$root/Cargo.toml" --profile source --quiet --package themesh --bin mesh --package mesh-survey --bin mesh-survey

mesh=$root/target/source/mesh
home=${MESH_HOME:-$HOME/.mesh}
given=
for word in "$@"; do
    [[ $given == --home ]] && home=$word
    [[ $word == --home=* ]] && home=${word#--home=}
    given=$word
done
if [[ ! -e $home/log ]]; then
    say "first start: data goes to $home, and the demo surveys $root"
    exec "$mesh" up --with "'$root/target/source/mesh-survey' '$root'" "$@"
fi
exec "$mesh" up "$@"
