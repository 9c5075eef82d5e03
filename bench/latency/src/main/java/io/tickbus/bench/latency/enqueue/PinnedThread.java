package io.tickbus.bench.latency.enqueue;

import io.tickbus.bench.latency.run.Pinning;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A thread on one processor that does what it is given, one thing after the other. */
final class PinnedThread implements AutoCloseable {
    private final ExecutorService thread;
    private final String pinned;

    /**
     * Starts it.
     *
     * @param cpu processor to pin it to; −1 for none
     */
    PinnedThread(String name, int cpu) throws InterruptedException {
        thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            return made;
        });
        pinned = result(submit(() -> Arrays.toString(Pinning.pin(cpu))));
    }

    /** Where it may run, as read back. */
    String pinned() {
        return pinned;
    }

    <T> Future<T> submit(Callable<T> work) {
        return thread.submit(work);
    }

    /** Waits for what came of some work. */
    static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
