#!/usr/bin/env bash
# The official MCP conformance suite against the shipped binary: the scenarios that need no tools of the suite's own.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
if ! peers=$(tests/peers/install.sh); then
    skip mcp "its test programs could not be installed (see above): the conformance suite"
    exit 0
fi
start_node || die "the node did not start"

# The suite cannot send a token, so a proxy adds it. It ends when this script does, by the closed pipe or by the kill.
coproc proxy { exec "$peers/bin/node24" tests/peers/with-token.mjs "$node_url" <<<"$node_token"; }
# shellcheck disable=SC2154 # coproc sets proxy and proxy_PID
trap 'kill "$proxy_PID" 2>/dev/null; stop_node' EXIT
read -r -t 30 proxy_url <&"${proxy[0]}" || die "the proxy for the conformance suite did not start"

suite=("$peers/bin/python" tests/peers/conformance.py "$peers/bin/conformance" "$proxy_url/mcp" "$report")
code=0
run mcp-2025 "${suite[@]}" 2025-11-25 server-initialize ping tools-list dns-rebinding-protection server-session-lifecycle || code=1
run mcp-2026 "${suite[@]}" 2026-07-28 server-stateless tools-list caching http-header-validation dns-rebinding-protection || code=1
exit "$code"
