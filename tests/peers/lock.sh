#!/usr/bin/env bash
# Renews the two lock files after package.json or requirements.in changed. Not needed to run tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

npm install --package-lock-only --ignore-scripts

python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet uv
# --universal: one lock for every Python from 3.11 and every platform.
"$scratch/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-emit-index-url --no-header requirements.in -o requirements.txt
