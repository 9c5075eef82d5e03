package io.tickbus.publisher;

import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.memory.MappedFault;
import java.util.concurrent.locks.LockSupport;

/** The publisher's sign of life, on a thread of its own or from its owner's duty cycle. */
final class Heartbeat implements Runnable {
    private final SignalsHeader header;
    private final Doorbell doorbell;
    private final long intervalNs;
    private Thread thread;
    private volatile boolean isStopped;

    Heartbeat(SignalsHeader header, Doorbell doorbell) {
        this.header = header;
        this.doorbell = doorbell;
        this.intervalNs = header.heartbeatIntervalNs();
    }

    void start() {
        thread = new Thread(this, "tickbus-heartbeat");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!isStopped) {
                beat(System.nanoTime());
                LockSupport.parkNanos(intervalNs);
            }
        } catch (InternalError e) {
            if (!MappedFault.isOne(e)) {
                throw e;
            }
            // The signals file was shortened: the publishing thread meets the same fault and reports it.
        }
    }

    void beat(long nowNs) {
        header.putHeartbeatNs(nowNs);
        MappedFault.bringUp();
        doorbell.restoreLength();
    }

    void stop() {
        isStopped = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            awaitEnd();
        }
    }

    /** It must not write any more when a successor may own the file. */
    private void awaitEnd() {
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
