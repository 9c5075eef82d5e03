#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a Java runtime of the JDK $1 in the folder $2, with the modules that Tickbus and its libraries use. The jar and
# its libraries stay on the class path: most of them are no modules.
set -eu

modules=(
    java.base
    java.compiler      # Chronicle's generated classes
    java.logging       # JLine, the metrics' web server
    java.management    # what the JVM says of itself
    java.naming        # Chronicle's table of types, without which no journal is written
    java.sql           # the same
    jdk.attach         # tickbus profile --pid
    jdk.httpserver     # tickbus metrics
    jdk.jfr            # events of late firings
    jdk.management
    jdk.net            # which user a client is
    jdk.unsupported    # Agrona, Chronicle
)

rm -rf -- "$2"
"$1/bin/jlink" --add-modules "$(IFS=,; echo "${modules[*]}")" --output "$2" --no-header-files --no-man-pages --vm server
# The JVM's own archive of classes, which that of Tickbus is built on when it starts first.
"$2/bin/java" -Xshare:dump >/dev/null
chmod -R u=rwX,go=rX -- "$2"
