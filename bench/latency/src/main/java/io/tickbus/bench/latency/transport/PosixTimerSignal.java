// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.tickbus.posix.PosixSignalWaiter;
import java.nio.file.Path;

/**
 * A POSIX timer that delivers a real-time signal, waited for by sigtimedwait(2): the kernel is the sender, and the
 * sender's process has nothing to do. Armed again for each message, at an absolute time.
 */
final class PosixTimerSignal implements Transport {
    private static final int EVENT_LENGTH = 64;
    private static final int EVENT_SIGNAL = 8;
    private static final int TIME_LENGTH = 32;
    private static final int TIME_VALUE = 16;

    private final Memory time = new Memory(TIME_LENGTH);
    private Pointer timer;
    private PosixSignalWaiter receiver;

    @Override
    public String settings() {
        return "timer_create(2) on CLOCK_MONOTONIC with a real-time signal, armed by timer_settime(2) for each "
                + "message, and sigtimedwait(2), through JNA";
    }

    @Override
    public void openSender(Path directory) {
        // The kernel sends.
    }

    @Override
    public void openReceiver(Path directory) {
        receiver = PosixSignalWaiter.of(PosixSignalTransport.TIMER_SIGNAL);
        time.clear();
        try (Memory event = new Memory(EVENT_LENGTH); Memory made = new Memory(Long.BYTES)) {
            event.clear();
            event.setInt(EVENT_SIGNAL, PosixSignalTransport.TIMER_SIGNAL);
            KernelCalls.check("timer_create", KernelCalls.timer_create(KernelCalls.CLOCK_MONOTONIC, event, made));
            timer = made.getPointer(0);
        }
    }

    @Override
    public void send(Burst burst) {
        // The kernel sends.
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        for (int i = 0; i < burst.count(); i++) {
            long dueNs = burst.dueNs(i);
            time.setLong(TIME_VALUE, dueNs / KernelCalls.NS_PER_S);
            time.setLong(TIME_VALUE + Long.BYTES, dueNs % KernelCalls.NS_PER_S);
            KernelCalls.check("timer_settime",
                    KernelCalls.timer_settime(timer, KernelCalls.TIMER_ABSTIME, time, Pointer.NULL));
            long leftNs = burst.giveUpNs() - System.nanoTime();
            if (receiver.await(leftNs) != PosixSignalTransport.TIMER_SIGNAL) {
                break;
            }
            reception.take(burst.first() + i, dueNs, System.nanoTime());
        }
    }

    @Override
    public void close() {
        if (timer != null) {
            KernelCalls.timer_delete(timer);
        }
    }
}
