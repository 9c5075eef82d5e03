#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the image without a Docker daemon, by podman or buildah, from bus-cli/target/tickbus.jar:
#
#   deploy/container/build.sh                      on eclipse-temurin:21-jre-jammy, which is fetched
#   BASE=localhost/jre deploy/container/build.sh   on an image of this host, such as one that was made without a registry:
#
#   debootstrap --variant=minbase --include=openjdk-17-jre-headless bookworm ROOT
#   tar -C ROOT -c . | podman import - localhost/jre
#
# The result is localhost/tickbus; "podman save --format oci-archive localhost/tickbus" makes a file of it.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
jar=$here/../../bus-cli/target/tickbus.jar
[ -f "$jar" ] || { echo "build.sh: bus-cli/target/tickbus.jar is not built: run ./tickbus --help" >&2; exit 1; }
case $(uname -m) in
    x86_64) library=linux-x86-64 ;;
    aarch64) library=linux-aarch64 ;;
    *) echo "build.sh: there is no native code for $(uname -m)" >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp "$jar" "$work/tickbus.jar"
# Below Java 22 JNA would unpack it, into a folder that allows execution.
(cd "$work" && jar xf tickbus.jar "com/sun/jna/$library/libjnidispatch.so" && mv "com/sun/jna/$library/"*.so .)
podman build --format oci --isolation chroot ${BASE:+--build-arg "BASE=$BASE"} --file "$here/Containerfile" \
    --tag localhost/tickbus "$work"
