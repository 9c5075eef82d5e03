#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the header for C with libFuzzer, AddressSanitizer and UBSan: attaching, polling, a client's handshake.
# Files and sockets are in memory (frame.h), so that ten million of each take a quarter of an hour.
# Usage: run.sh [EXECUTIONS [FOLDER]]; a million of each by default; the folder keeps corpora and findings.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runs=${1:-1000000}
folder=${2:-$(mktemp -d)}
for target in attach poll handshake; do
    mkdir -p "$folder/$target"
    "${CLANG:-clang}" -std=c11 -O2 -g -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -I"$here/../include" -o "$folder/$target.fuzz" "$here/$target.c"
    echo "fuzzing $target: $runs executions in $folder"
    "$folder/$target.fuzz" -runs="$runs" -max_len=512 -timeout=600 -artifact_prefix="$folder/$target-" -print_final_stats=1 \
        "$folder/$target" >"$folder/$target.log" 2>&1 || { tail -40 "$folder/$target.log"; exit 1; }
    grep -E 'number_of_executed_units|average_exec_per_sec' "$folder/$target.log"
done
