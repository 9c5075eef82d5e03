// SPDX-License-Identifier: Apache-2.0
package io.tickbus.publisher;

import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.SignalsHeader;
import java.util.concurrent.locks.LockSupport;

/** The publisher's heartbeat, on a thread of its own or from its owner's duty cycle. */
final class Heartbeat implements Runnable {
    private static final long TIMEOUT_MS = 60_000;

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
        while (!isStopped) {
            try {
                while (!isStopped) {
                    beat(System.nanoTime());
                    LockSupport.parkNanos(intervalNs);
                }
            } catch (RuntimeException | Error e) {
                // Whatever it was, even an OutOfMemoryError: without a heartbeat the publisher would count as stalled.
                // A fault of the signals file also reaches the publishing thread, which reports it.
                LockSupport.parkNanos(intervalNs);
            }
        }
    }

    void beat(long nowNs) {
        header.putHeartbeatNs(nowNs);
        doorbell.restore();
    }

    void stop() {
        isStopped = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            // It must not write once a successor may own the file.
            Uninterrupted.join(thread, TIMEOUT_MS);
        }
    }
}
