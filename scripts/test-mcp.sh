#!/usr/bin/env bash
# The official MCP conformance suite: against the shipped binary the scenarios that need no tools of the suite's own, and
# against a node with those tools (an example program, never shipped) everything that 2025-11-25 requires of a server.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
if ! peers=$(tests/peers/install.sh); then
    skip mcp "its test programs could not be installed (see above): the conformance suite"
    exit 0
fi

# with_proxy COMMAND…: starts a node and a proxy in a shell of their own, which end with it, and runs the command with the
# address that the suite gets. The suite cannot send a token, so the proxy adds it.
with_proxy() (
    start_node || die "the node did not start"
    coproc proxy { exec "$peers/bin/node24" tests/peers/with-token.mjs "$node_url" <<<"$node_token"; }
    # shellcheck disable=SC2154 # coproc sets proxy and proxy_PID
    trap 'kill "$proxy_PID" 2>/dev/null; stop_node' EXIT
    read -r -t 30 proxy_url <&"${proxy[0]}" || die "the proxy for the conformance suite did not start"
    "$@" "$proxy_url/mcp"
)

# suite STEP REVISION SCENARIO… URL
suite() {
    local step=$1 revision=$2 url=${!#}
    shift 2
    # A folder for each step: what is found in it is counted.
    mkdir -p "$report/$step"
    run "$step" "$peers/bin/python" tests/peers/conformance.py "$peers/bin/conformance" "$url" "$report/$step" "$revision" "${@:1:$#-1}"
}

code=0
shipped() {
    local failed=0
    suite mcp-2025 2025-11-25 server-initialize ping tools-list dns-rebinding-protection server-session-lifecycle "$1" || failed=1
    suite mcp-2026 2026-07-28 server-stateless tools-list caching http-header-validation dns-rebinding-protection "$1" || failed=1
    return "$failed"
}
with_proxy shipped || code=1

say "building the node with the fixtures of the conformance suite"
if cargo build --quiet --profile ci --workspace --example mesh-with-fixtures --features mesh-edge/conformance-fixtures; then
    fixtures() {
        local failed=0
        suite mcp-fixtures-2025 2025-11-25 --requirements "$1" || failed=1
        suite mcp-fixtures-2026 2026-07-28 server-stateless tools-list caching http-header-validation "$1" || failed=1
        return "$failed"
    }
    MESH_BIN=$root/target/ci/examples/mesh-with-fixtures with_proxy fixtures || code=1
else
    count mcp-fixtures 0 1 0
    code=1
fi
exit "$code"
