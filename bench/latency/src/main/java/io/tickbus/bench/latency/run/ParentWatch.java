package io.tickbus.bench.latency.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Ends a process with the one that started it, whatever ends that: looks twice a second whether it still lives. */
public final class ParentWatch {
    private static final String PARENT = "tickbus.bench.parent";
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ORPHANED = 3;

    private ParentWatch() {
    }

    /** The flag by which a child learns whose it is; without it a process is nobody's child. */
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
        // Not exit(): nothing here is worth a farewell, and a thread may hang in the kernel.
        Runtime.getRuntime().halt(ORPHANED);
    }
}
