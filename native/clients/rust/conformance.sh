#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the conformance program into a folder and prints the command that starts it, see bench/conformance/README.md.
# Exit 3: there is no Rust.
set -eu
cd "$(dirname "$0")"
command -v rustc >/dev/null || { echo "there is no Rust compiler 'rustc'"; exit 3; }
rustc --edition 2021 -O --crate-name tickbus --crate-type rlib --out-dir "$1" src/lib.rs >&2
rustc --edition 2021 -O --extern tickbus="$1/libtickbus.rlib" -o "$1/conformance" examples/conformance.rs >&2
printf '%s\n' "$1/conformance"
