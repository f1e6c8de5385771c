#!/usr/bin/env bash
# Fuzzes every operation of the OpenAPI file: no answer may be a server error or differ from what the file promises, the node
# must live on, and every operation must have been reached with a request that it accepts.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
if ! peers=$(tests/peers/install.sh); then
    skip openapi "schemathesis could not be installed (see above): the fuzz of the OpenAPI file"
    exit 0
fi
start_node || die "the node did not start"
run openapi "$peers/bin/python" tests/peers/fuzz.py "$peers/bin/schemathesis" "$node_url" "$node_token" "$report"
