# Shared by the scripts here: sourced, never run. No output but through say and die; both go to stderr.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
report=$root/target/test-report

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# need_debian WHAT-FOR PACKAGE…: installs Debian packages as root or with password-less sudo; otherwise says the line to type and fails.
need_debian() {
    local what=$1 run=()
    shift
    if ! have apt-get; then
        say "$what needs: $* (names of Debian's packages; install them with this system's own tool)"
        return 1
    fi
    if [[ $(id -u) != 0 ]]; then
        if ! sudo -n true 2>/dev/null; then
            say "$what needs: sudo apt-get install $*"
            return 1
        fi
        run=(sudo -n)
    fi
    say "installing for $what (Debian): $*"
    "${run[@]}" apt-get update -qq >&2 || say "apt-get update failed; trying with the lists that are there"
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

need_rust() {
    have cargo || die "cargo was not found. Install Rust 1.95 or newer with rustup (https://rustup.rs) and run this again"
    have cc || need_debian "building SQLite" build-essential || die "a C compiler is needed to build SQLite"
}

# SQLite, the node's own language and git are enough to run; Node 20 is needed only to build the web page.
have_node() {
    have npm && (($(node -p 'process.versions.node.split(".")[0]') >= 20))
}

need_python_venv() {
    have python3 || need_debian "the test programs" python3 python3-venv || die "Python 3.11 or newer is needed for the test programs"
    # Debian ships venv without the part that makes one work.
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_debian "the test programs" python3-venv || die "Python's venv module is needed for the test programs"
}

# Chromium for the browser tests; $CHROMIUM names another one.
need_chromium() {
    [[ -n ${CHROMIUM:-} ]] && return
    have chromium || need_debian "browser tests" chromium || return 1
    CHROMIUM=$(command -v chromium)
    export CHROMIUM
}

# build_web: node_modules by the lock and web/dist, each only when it is older than what it is made from.
build_web() {
    local stamp=$root/web/node_modules/.installed lock
    lock=$(sha256sum <"$root/web/package-lock.json")
    if [[ ! -e $stamp || $(<"$stamp") != "$lock" ]]; then
        say "installing the web page's packages (npm, by web/package-lock.json)"
        (cd "$root/web" && npm ci --no-audit --no-fund --loglevel=error </dev/null >&2)
        printf '%s' "$lock" >"$stamp"
    fi
    local built=$root/web/dist/index.html
    # The types are made anew by each npm script, so their age says nothing; the file that they are made from counts.
    if [[ ! -e $built || $root/docs/reference/openapi.json -nt $built || $root/sdk/typescript/src/operations.ts -nt $built || -n $(find "$root/web" \( -path "$root/web/node_modules" -o -path "$root/web/dist" -o -name generated.ts -o -name operations.ts \) -prune -o -type f -newer "$built" -print -quit) ]]; then
        say "building the web page"
        (cd "$root/web" && npm run --silent build </dev/null >&2)
    fi
}

# --- what the test steps report -------------------------------------------------------------------------------------------
# Each step appends `step passed failed skipped` to counts, the names of what failed to failures, and each skipped test as
# `step: reason` to skips. Test programs that skip something at run time append to the file named by MESH_SKIPS themselves.

count() { printf '%s %s %s %s\n' "$1" "$2" "$3" "$4" >>"$report/counts"; }
skip() { printf '%s: %s\n' "$1" "$2" >>"$report/skips"; }

# count_lines STEP FILE EXIT: adds up the closing lines of the runners used here. A run that failed without saying how
# often, or that passed without running anything (unless EMPTY_OK is set), counts as one failure.
count_lines() {
    local step=$1 file=$2 code=$3 passed failed skipped
    read -r passed failed skipped < <(sed 's/\x1b\[[0-9;]*m//g' "$file" | awk '
        function number(word,   m) { return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0 }
        # cargo nextest
        /^ *Summary \[/ { p += number("passed"); f += number("failed") + number("timed out"); s += number("skipped"); next }
        # cargo test
        /^test result: / { p += number("passed"); f += number("failed"); s += number("ignored"); next }
        # vitest
        /^ *Tests  / { p += number("passed"); f += number("failed"); s += number("skipped") + number("todo"); next }
        # node --test
        /^(#|ℹ) pass [0-9]+$/ { p += $3; next }
        /^(#|ℹ) fail [0-9]+$/ { f += $3; next }
        /^(#|ℹ) skipped [0-9]+$/ { s += $3; next }
        # our own scripts
        /^([A-Za-z-]+: )?[0-9]+ passed, [0-9]+ failed/ { p += number("passed"); f += number("failed"); s += number("skipped") }
        END { print p + 0, f + 0, s + 0 }')
    if ((code != 0 && failed == 0)) || ((code == 0 && passed == 0 && ${EMPTY_OK:-0} == 0)); then failed=$((failed + 1)); fi
    count "$step" "$passed" "$failed" "$skipped"
}

# name_failures FILE: the failed tests in a runner's output, and for a journey the first line of why.
name_failures() {
    sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
        # cargo nextest, vitest, cargo test, our own scripts
        /^ *(FAIL|TIMEOUT|SIG[A-Z]+|LEAK-FAIL) \[/ || /^ *FAIL  / || /^test .* FAILED$/ || /^(✗|FAILED|failed:) / {
            sub(/^ +/, ""); if (!seen[$0]++) print; why = /^FAIL  /; next
        }
        why && /^[A-Za-z]*Error: / { print "    " substr($0, 1, 200); why = 0 }'
}

# run STEP COMMAND…: runs a command that prints closing lines, shows and counts them, and passes its exit code on.
run() {
    local step=$1 code=0 log=$report/$1.txt
    shift
    "$@" </dev/null 2>&1 | tee "$log" || code=${PIPESTATUS[0]}
    count_lines "$step" "$log" "$code"
    ((code == 0)) || name_failures "$log" | sed "s/^/$step: /" >>"$report/failures"
    return "$code"
}

# --- a node for tests ----------------------------------------------------------------------------------------------------

# start_node: an empty node on a free port, ended with the script. Sets node_url and node_token. What $node_plugins says is in
# its plugins.toml.
start_node() {
    node_home=$(mktemp -d)
    [[ -z ${node_plugins:-} ]] || printf '%s\n' "$node_plugins" >"$node_home/plugins.toml"
    mkfifo "$node_home/ready"
    "$MESH_BIN" --home "$node_home" up --listen 127.0.0.1:0 --json "$@" </dev/null >"$node_home/ready" 2>"$node_home/stderr" &
    node_pid=$!
    trap stop_node EXIT
    # The first line comes when the node takes requests; a node that dies closes the pipe instead.
    local line
    if ! read -r -t 60 line <"$node_home/ready"; then
        cat "$node_home/stderr" >&2
        return 1
    fi
    node_url=$(sed -nE 's/.*"url": ?"(http[^"]*[^"\/])\/?".*/\1/p' <<<"$line")
    node_token=$(<"$node_home/owner.token")
}

stop_node() {
    kill "$node_pid" 2>/dev/null
    wait "$node_pid" 2>/dev/null
    rm -rf "$node_home"
}
