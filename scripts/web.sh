#!/usr/bin/env bash
# make web: the page that the binary carries, in web/dist.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
have_node || die "Node 20 or newer with npm is needed to build the web page"
build_web
say "web/dist is up to date"
