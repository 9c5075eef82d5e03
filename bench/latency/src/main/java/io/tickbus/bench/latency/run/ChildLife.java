package io.tickbus.bench.latency.run;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** Ends a child with its parent, whatever ends that, and takes the parent's one word. */
public final class ChildLife {
    private static final int ORPHANED = 3;

    private final CountDownLatch word = new CountDownLatch(1);

    private ChildLife() {
    }

    /** Begins to watch standard input. */
    public static ChildLife watch() {
        ChildLife life = new ChildLife();
        Thread thread = new Thread(life::read, "parent-watch");
        thread.setDaemon(true);
        thread.start();
        return life;
    }

    private void read() {
        try {
            while (System.in.read() >= 0) {
                word.countDown();
            }
        } catch (IOException e) {
            // As good as the end of it.
            System.err.println("the parent cannot be heard: " + e);
        }
        // Not exit(): nothing here is worth a farewell, and a thread may hang in the kernel.
        Runtime.getRuntime().halt(ORPHANED);
    }

    /** Waits until the parent has said something. */
    public void awaitWord() throws InterruptedException {
        word.await();
    }
}
