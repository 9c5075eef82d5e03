#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the conformance program into a folder and prints the command that starts it, see bench/conformance/README.md.
# Exit 3: there is no Go.
set -eu
cd "$(dirname "$0")"
command -v go >/dev/null || { echo "there is no Go compiler 'go'"; exit 3; }
GOFLAGS=-mod=readonly go build -buildvcs=false -o "$1/conformance" ./conformance >&2
printf '%s\n' "$1/conformance"
