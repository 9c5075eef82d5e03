#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the conformance program into a folder and prints the command that starts it, see bench/conformance/README.md.
# Exit 3: there is no compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v "${CC:-cc}" >/dev/null || { echo "there is no C compiler '${CC:-cc}'"; exit 3; }
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror ${CFLAGS:-} -I"$here/../../include" -o "$1/conformance" \
    "$here/conformance.c" >&2
printf '%s\n' "$1/conformance"
