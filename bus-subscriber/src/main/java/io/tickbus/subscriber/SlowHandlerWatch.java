// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.SignalRecord;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds calls of a handler that take too long, while they run: a thread of its own takes the polling thread's stack
 * then. Stands between the subscriber and its handler.
 *
 * <p><b>Threads:</b> the polling one, and its own. <b>Progress:</b> a call costs the polling thread two readings of the
 * clock and some volatile stores; it allocates nothing unless the call was slow.
 */
final class SlowHandlerWatch implements SignalHandler {
    private static final long SHORTEST_NAP_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long NONE = 0;

    private final long thresholdNs;
    private final SubscriberListener listener;
    private final Thread watcher;
    private volatile SignalHandler handler;
    private long calls;

    // Of the call whose number is in running. All are volatile: while the watcher finds that number, what it has read
    // was of that call.
    private volatile Thread caller;
    private volatile long startedNs;
    private volatile long sequence;
    private volatile int signalId;
    private volatile long key;
    private volatile long running = NONE;

    // Of the latest call that the watcher has found to be slow.
    private List<StackTraceElement> stack = List.of();
    private volatile long found = NONE;
    private volatile boolean isClosed;

    /** Watches nothing yet. */
    SlowHandlerWatch(long thresholdNs, SubscriberListener listener) {
        this.thresholdNs = thresholdNs;
        this.listener = listener;
        this.watcher = new Thread(this::watch, "tickbus-slow-handlers");
        this.watcher.setDaemon(true);
    }

    void start() {
        watcher.start();
    }

    /** The watched form of a handler, until the next one is watched. */
    SignalHandler of(SignalHandler watched) {
        handler = watched;
        return this;
    }

    @Override
    public void onSignal(SignalRecord record) {
        SignalHandler called = handler;
        long call = ++calls;
        caller = Thread.currentThread();
        sequence = record.sequence();
        signalId = record.signalId();
        key = record.key();
        startedNs = System.nanoTime();
        running = call;
        try {
            called.onSignal(record);
        } finally {
            running = NONE;
            long durationNs = System.nanoTime() - startedNs;
            if (durationNs >= thresholdNs) {
                tell(slow(called, durationNs, false, found == call ? stack : List.of()));
            }
        }
    }

    private SlowHandler slow(SignalHandler called, long durationNs, boolean isRunning, List<StackTraceElement> where) {
        return new SlowHandler(called.getClass().getName(), durationNs, isRunning, sequence, signalId, key,
                where);
    }

    private void watch() {
        long napNs = Math.max(SHORTEST_NAP_NS, thresholdNs / 2);
        while (!isClosed) {
            LockSupport.parkNanos(this, napNs);
            long call = running;
            if (call != NONE && call != found && System.nanoTime() - startedNs >= thresholdNs) {
                examine(call);
            }
        }
    }

    private void examine(long call) {
        List<StackTraceElement> taken = List.of(caller.getStackTrace());
        SlowHandler slow = slow(handler, System.nanoTime() - startedNs, true, taken);
        if (running == call) {
            stack = taken;
            found = call;
            tell(slow);
        }
    }

    /** An error of the listener neither hides one of the handler nor ends the watcher. */
    private void tell(SlowHandler slow) {
        try {
            listener.onSlowHandler(slow);
        } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /** Ends the watcher. */
    void close() {
        isClosed = true;
        LockSupport.unpark(watcher);
    }
}
