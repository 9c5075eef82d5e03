#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the script $3 in the root $1, with the package $2 as /package. What it writes goes to memory; it sees no other
# process, and has no network but its own host; when it ends, all that it has started does.
set -eu

root=$(readlink -f -- "$1") package=$(readlink -f -- "$2") script=$(readlink -f -- "$3")
exec unshare --mount --pid --net --fork --kill-child bash -eu -c '
    ip link set lo up
    scratch=/mnt
    mount -t tmpfs tmpfs "$scratch"
    mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
    mount -t overlay overlay -o "lowerdir=$0,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
    cd "$scratch/root"
    mount -t proc proc proc
    mount --bind /dev dev
    mount --bind -o ro /sys sys
    mount -t tmpfs tmpfs run
    mkdir -p dev/shm && mount -t tmpfs tmpfs dev/shm
    touch package && mount --bind "$1" package
    exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 bash -eu -o pipefail -x' \
    "$root" "$package" <"$script" 2>&1
