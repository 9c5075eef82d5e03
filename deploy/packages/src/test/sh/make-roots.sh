#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the roots of Debian that InstallIT installs packages in: DIR/minimal, and DIR/java, which has a Java runtime.
# Needs root, debootstrap and the network, and takes a minute or two.
set -eu

[ $# = 1 ] || { echo "usage: make-roots.sh DIR" >&2; exit 2; }
mkdir -p -- "$1"
debootstrap --variant=minbase bookworm "$1/minimal"
cp -a -- "$1/minimal" "$1/java"
# The runtime's package starts it, which needs /proc.
unshare -m -p -f bash -eu -c 'mount -t proc proc "$0/proc"; chroot "$0" apt-get install -y --no-install-recommends \
    adduser openjdk-17-jre-headless' "$1/java"
rm -f -- "$1"/*/var/cache/apt/archives/*.deb
