#!/usr/bin/env bash
# Fetches the packages of sources.txt into a temporary folder, builds the corpus, trains the guard's weights, and prints the
# tables of docs/guard.md. GUARD_WORK names a folder to keep what was fetched.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${GUARD_WORK:-$(mktemp -d)}
weights=$root/crates/mesh-guard/weights/guard-2.bin
mkdir -p "$work/get" "$work/x" "$work/out"

[[ -d $work/venv ]] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy scipy scikit-learn pyyaml

# unpack NAME COMMAND…: once, into a folder of the package's name.
unpack() {
    local name=$1
    shift
    [[ -d $work/x/$name ]] && return
    mkdir -p "$work/x/$name"
    (cd "$work/x/$name" && "$@")
}
while read -r kind package _; do
    (
        cd "$work/get"
        case $kind in
        pypi)
            name=$(tr - _ <<<"${package%%==*}")
            [[ -d $work/x/$name ]] && exit
            "$work/venv/bin/pip" download -q --no-deps --only-binary :all: "$package"
            unpack "$name" unzip -qo "$work"/get/"$name"-*.whl
            ;;
        npm)
            name=$(sed 's/@\([^@]*\)$//; s/^@//; s,/,-,' <<<"$package")
            [[ -d $work/x/$name ]] && exit
            unpack "$name" tar xzf "$work/get/$(npm pack -s "$package" | tail -1)"
            ;;
        npm-over)
            # The second version is unpacked over the first, as it was when the test split was fixed.
            name=${package%@*}
            [[ -e $work/x/$name/.over ]] && exit
            (cd "$work/x/$name" && tar xzf "$work/get/$(cd "$work/get" && npm pack -s "$package" | tail -1)" && touch .over)
            ;;
        debian)
            name=${package%%=*}
            [[ -d $work/x/$name ]] && exit
            apt-get download -qq "$name"
            unpack "$name" dpkg -x "$(ls "$work"/get/"$name"_*.deb)" .
            ;;
        esac
    )
done < <(grep -v '^#' "$here/sources.txt")

"$work/venv/bin/python" "$here/corpus.py" "$work/x" "$work/out" >/dev/null
test_hash() { sed -nE 's/^ *"test": "([0-9a-f]{64})".*/\1/p' "$1"; }
if [[ $(test_hash "$work/out/manifest.json") != $(test_hash "$here/manifest.json") ]]; then
    echo "error: the test split is not the one in manifest.json; nothing was trained" >&2
    exit 1
fi
cp "$work/out/manifest.json" "$here/manifest.json"

example() { (cd "$root" && cargo run -q --release -p mesh-guard --example "$@"); }
example features -- "$work/out" <"$work/out/train.jsonl"
"$work/venv/bin/python" "$here/train.py" "$work/out" "$weights"
example evaluate <"$work/out/test.jsonl"
