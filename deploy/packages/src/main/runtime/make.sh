#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a Java runtime of the JDK $1 in the folder $2, with the modules that Tickbus and its libraries use.
set -eu

modules=java.base         # the rest is for:
modules+=,java.compiler   # Chronicle
modules+=,java.logging
modules+=,java.management # what the JVM says of itself
modules+=,jdk.management
modules+=,jdk.net         # who a client is
modules+=,jdk.unsupported # Agrona, Chronicle

rm -rf -- "$2"
"$1/bin/jlink" --add-modules "$modules" --output "$2" --no-header-files --no-man-pages --vm server
# The JDK's own archive of classes, on which that of Tickbus is built at its first start.
"$2/bin/java" -Xshare:dump >/dev/null
chmod -R u=rwX,go=rX -- "$2"
