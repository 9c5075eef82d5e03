// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Ends a process when the one that started it has ended, however that happened: checks twice a second. */
public final class ParentWatch {
    private static final String PARENT = "tickbus.bench.parent";
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ORPHANED = 3;

    private ParentWatch() {
    }

    /** The flag that tells a child its parent; a process without it is not a child. */
    static String flag() {
        return "-D" + PARENT + "=" + ProcessHandle.current().pid();
    }

    /** Begins to watch, where there is a parent. */
    public static void start() {
        long parent = Long.getLong(PARENT, 0);
        if (parent == 0) {
            return;
        }
        Thread thread = new Thread(() -> watch(parent), "parent-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void watch(long parent) {
        while (ProcessHandle.of(parent).filter(ProcessHandle::isAlive).isPresent()) {
            LockSupport.parkNanos(INTERVAL_NS);
        }
        // Not exit(): there is nothing to clean up here, and a thread may hang in the kernel.
        Runtime.getRuntime().halt(ORPHANED);
    }
}
