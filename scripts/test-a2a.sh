#!/usr/bin/env bash
# The official A2A clients for Python and JavaScript, over both bindings, against the shipped binary and a real worker; and the
# official server for Python, asked by a worker.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 1
if ! peers=$(tests/peers/install.sh); then
    skip a2a "its test programs could not be installed (see above): the official A2A clients and server"
    exit 0
fi
# Its clients listen for push notifications on this machine.
node_plugins=$'[webhooks]\nprivate = ["127.0.0.1"]'
start_node || die "the node did not start"
# The worker says in its first line that it takes tasks.
mkfifo "$node_home/works"
"$MESH_BIN" --home "$node_home" work --as rex --yes --join general --slots 2 --sandbox off \
    --command "$root/tests/peers/a2a-worker.sh" </dev/null >"$node_home/works" 2>"$node_home/worker" &
worker_pid=$!
stop_both() {
    kill "$worker_pid" 2>/dev/null
    wait "$worker_pid" 2>/dev/null
    stop_node
}
trap stop_both EXIT
exec 8<"$node_home/works"
read -r -t 60 -u 8 _ || {
    cat "$node_home/worker" >&2
    die "the worker did not start"
}
code=0
run a2a-python "$peers/bin/python" tests/peers/a2a_client.py "$node_url" rex "$node_token" || code=1
run a2a-js "$peers/bin/node24" tests/peers/a2a-client.mjs "$peers/node" "$node_url" rex "$node_token" || code=1
run a2a-agent "$peers/bin/python" tests/peers/a2a_agent.py "$MESH_BIN" "$node_home" || code=1
exit "$code"
