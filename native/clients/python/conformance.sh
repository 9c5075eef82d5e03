#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the command that starts the conformance program, see bench/conformance/README.md. Exit 3: there is no Python.
set -eu
cd "$(dirname "$0")"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || { echo "there is no python3 of 3.9 or later"; exit 3; }
printf '%s\t%s\t%s\n' python3 -B "$(pwd)/conformance.py"
