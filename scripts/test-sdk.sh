#!/usr/bin/env bash
# The SDKs as they would be published: built into packages, installed from these, and played through the scenarios that all of
# them share, each against real nodes.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
if ! peers=$(tests/peers/install.sh); then
    skip sdk "the tools that build Python packages could not be installed (see above): the scenarios of the SDKs"
    exit 0
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
contracts=()

python_sdk() {
    local python=$peers/bin/python
    (cd sdk/python && "$python" generate.py && "$python" -m mypy && "$python" -m build --no-isolation --outdir "$made/python" . >"$made/build.txt" 2>&1) ||
        { cat "$made/build.txt" && return 1; }
    # The tools are there already: what is installed is this package alone, from its wheel.
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$made/site" "$made"/python/*.whl || return 1
    contracts+=("python=env PYTHONPATH=$made/site $python $root/sdk/python/tests/contract.py")
}

typescript_sdk() {
    (cd sdk/typescript && npm ci --no-audit --no-fund --loglevel=error && npm run --silent check && npm pack --silent --pack-destination "$made") </dev/null >"$made/pack.txt" 2>&1 ||
        { cat "$made/pack.txt" && return 1; }
    mkdir -p "$made/npm/node_modules/themesh"
    tar -xzf "$made"/themesh-*.tgz -C "$made/npm/node_modules/themesh" --strip-components=1
    cp -r sdk/typescript/node_modules/ws "$made/npm/node_modules/"
    cp sdk/typescript/tests/contract.mjs "$made/npm/"
    contracts+=("typescript=node $made/npm/contract.mjs")
}

rust_sdk() {
    cargo build --quiet --profile ci --workspace --example contract || return 1
    contracts+=("rust=${CARGO_TARGET_DIR:-$root/target}/ci/examples/contract")
}

failed=0
python_sdk || failed=1
count sdk-python $((1 - failed)) "$failed" 0
if have_node; then
    broken=0
    typescript_sdk || broken=1
    count sdk-typescript $((1 - broken)) "$broken" 0
else
    skip sdk "Node 20 or newer with npm was not found: the TypeScript SDK"
fi
rusted=0
rust_sdk || rusted=1
count sdk-rust $((1 - rusted)) "$rusted" 0
run sdk "$peers/bin/python" sdk/scenario/run.py "$MESH_BIN" "${contracts[@]}"
code=$?
((code == 0 && failed == 0 && rusted == 0 && ${broken:-0} == 0))
