#!/usr/bin/env bash
# make test: installs what the tests need, builds once, runs everything, and prints the counts last.
# Goes on after a failed step, so that one run shows all the damage; stops only if there is nothing to test.
# A skipped test is counted and named; with CI=true it is a failure.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1

rm -rf "$report"
mkdir -p "$report"
: >"$report/counts"
: >"$report/skips"
: >"$report/failures"
export MESH_SKIPS=$report/skips
export MESH_BIN=$root/target/ci/mesh
# One profile and one target folder for everything below, so that nothing is compiled twice.
export CARGO_TARGET_DIR=$root/target
export CARGO_TERM_COLOR=never

failures() { awk '{ f += $3 } END { print f + 0 }' "$report/counts"; }

# step NAME FOLDER SCRIPT: runs a step whose part of the tree exists, and says how long it took.
# A step that failed without having counted a failure, because it died on the way, counts as one.
step() {
    local name=$1 part=$2 script=$3 began=$SECONDS before
    [[ -e $part ]] || return 0
    say "$name"
    before=$(failures)
    if ! "scripts/$script"; then
        say "$name FAILED"
        [[ $(failures) != "$before" ]] || count "$name" 0 1 0
    fi
    say "$name: $((SECONDS - began)) s"
}

need_rust
step web web/package.json test-web.sh
say "building the binary and the tests"
built=$SECONDS broken=
scripts/test-build.sh || broken=yes
say "build: $((SECONDS - built)) s"
step style Cargo.toml test-style.sh
# Everything after this drives the binary: without one there is nothing to test.
if [[ $broken ]]; then
    count build 0 1 0
else
    step rust Cargo.toml test-rust.sh
    step browser web/e2e test-browser.sh
    step mcp crates/themesh test-mcp.sh
    step openapi crates/themesh test-openapi.sh
    step a2a crates/themesh test-a2a.sh
    step sdk sdk/scenario test-sdk.sh
fi

skips=$(wc -l <"$report/skips")
printf '\n'
awk '{ printf "  %-10s %5d passed  %3d failed  %3d skipped\n", $1, $2, $3, $4 }' "$report/counts"
read -r passed failed skipped < <(awk '{ p += $2; f += $3; s += $4 } END { print p + 0, f + 0, s + 0 }' "$report/counts")
skipped=$((skipped + skips))
if ((skips > 0)); then
    printf '\nskipped:\n'
    sed 's/^/  /' "$report/skips"
fi
# Last, so that whoever sees only the end of a long output sees them.
if [[ -s $report/failures ]]; then
    printf '\nfailed:\n'
    head -n 40 "$report/failures" | sed 's/^/  /'
fi
printf '\n%d seconds\n%d passed, %d failed, %d skipped\n' "$SECONDS" "$passed" "$failed" "$skipped"

((failed == 0 && passed > 0)) || exit 1
if [[ ${CI:-} == true ]] && ((skipped > 0)); then
    echo "with CI=true a skipped test is a failure"
    exit 1
fi
