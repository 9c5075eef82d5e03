package io.tickbus.subscriber;

import java.util.concurrent.locks.LockSupport;

/** A client's sign of life, and its eye on the daemon, on a thread of its own. */
final class ClientHeartbeat implements Runnable {
    private final ClientConnection connection;
    private final long intervalNs;
    private final Thread thread;
    private volatile boolean isStopped;

    ClientHeartbeat(ClientConnection connection, long intervalNs) {
        this.connection = connection;
        this.intervalNs = intervalNs;
        this.thread = new Thread(this, "tickbus-client-heartbeat");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!isStopped) {
            try {
                // The inner loop is inside, since the JVM reports a fault late: in the sleep as well.
                while (!isStopped) {
                    connection.beat(System.nanoTime());
                    LockSupport.parkNanos(intervalNs);
                }
            } catch (RuntimeException | Error e) {
                // A file has lost a page or cannot be looked at: the client's thread meets the same and reports it. Or
                // memory is short: without this eye on the daemon nobody would learn that it is gone.
                LockSupport.parkNanos(intervalNs);
            }
        }
    }

    /** Ends it; it writes nothing any more when this returns. */
    void stop() {
        isStopped = true;
        LockSupport.unpark(thread);
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
