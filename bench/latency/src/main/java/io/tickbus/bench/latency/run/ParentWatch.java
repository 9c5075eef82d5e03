package io.tickbus.bench.latency.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Ends a process with its parent, for those whose standard input is busy: looks twice a second who the parent is. */
public final class ParentWatch {
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ORPHANED = 3;

    private ParentWatch() {
    }

    /** Begins to watch. */
    public static void start() {
        long parent = parent();
        Thread thread = new Thread(() -> {
            while (parent() == parent) {
                LockSupport.parkNanos(INTERVAL_NS);
            }
            Runtime.getRuntime().halt(ORPHANED);
        }, "parent-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static long parent() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }
}
