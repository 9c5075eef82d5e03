// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Daemons and agents of numbered hosts as processes, all in one folder, whose clocks are right within 1 ms. */
final class HostProcesses {
    private static final long BOUND_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private HostProcesses() {
    }

    /** Starts the daemon of a host, and waits until it is ready. */
    static ChildJvm daemon(Path folder, int host) {
        ChildJvm daemon = jvm(folder, HostDaemonMain.class, List.of(folder.toString(), "host" + host, "0"), "-Xmx200m");
        daemon.expect("READY");
        return daemon;
    }

    /** Starts the agent of a host: a member of this index, or a follower with -1. */
    static ChildJvm agent(Path folder, int host, int index, List<String> members) {
        return jvm(folder, MemberMain.class, List.of(String.valueOf(index), String.join(",", members),
                folder.resolve("agent" + host).toString(), folder.toString(), "host" + host, "host" + host, "0",
                String.valueOf(BOUND_NS)), "-Xmx400m");
    }

    private static ChildJvm jvm(Path folder, Class<?> main, List<String> arguments, String heap) {
        return new ChildJvm.Builder(folder, main, arguments).flags(heap, "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1").accessFlagsOfThisJvm().start();
    }
}
