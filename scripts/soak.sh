#!/usr/bin/env bash
# make soak: the randomised tests with many more seeds than `make test` gives them, for HOURS (default 1).
# Each run starts from another seed and prints it, so that what it finds can be repeated.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_rust
cargo nextest --version >/dev/null 2>&1 || die "cargo-nextest is needed: cargo install --locked cargo-nextest"

end=$((SECONDS + ${HOURS:-1} * 3600))
rounds=0
while ((SECONDS < end)); do
    MESH_SEED=${MESH_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
    say "round $((rounds + 1)), MESH_SEED=$MESH_SEED"
    MESH_SEED=$MESH_SEED MESH_SOAK=1 PROPTEST_CASES=20000 cargo nextest run --profile soak --cargo-profile ci --workspace \
        -E 'test(soak) or test(random) or test(power) or test(kill)' ||
        die "failed with MESH_SEED=$MESH_SEED: run MESH_SEED=$MESH_SEED make soak to repeat it"
    cargo run -q --profile ci -p mesh-guard --example soak -- "${GUARD_SECONDS:-600}" "$MESH_SEED" ||
        die "the guard failed with MESH_SEED=$MESH_SEED: cargo run --profile ci -p mesh-guard --example soak -- 600 $MESH_SEED repeats it"
    rounds=$((rounds + 1))
    unset MESH_SEED
done
say "$rounds rounds, nothing found"
