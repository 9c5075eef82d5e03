// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Memory;
import io.tickbus.posix.PosixSignalWaiter;
import io.tickbus.posix.PosixSignals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Signals that are waited for: {@code kill}, which carries nothing and merges with one that is pending, or {@code
 * sigqueue}, which is queued with a value; received by {@code sigtimedwait} or through a {@code signalfd}. The intended
 * times are in shared memory. The JVM must have been started with the signals blocked in every thread.
 */
final class PosixSignalTransport extends KernelTransport {
    static final int KILL_SIGNAL = 29;
    static final int QUEUE_SIGNAL = 36;
    static final int DESCRIPTOR_SIGNAL = 37;
    static final int TIMER_SIGNAL = 38;
    private static final int INFO_LENGTH = 128;
    private static final int INFO_VALUE = 48;

    /** How it is sent and received. */
    enum Kind { KILL, QUEUE, DESCRIPTOR }

    private final Kind kind;
    private final int signal;
    private SharedMessages messages;
    private PosixSignalWaiter receiver;
    private Memory info;
    private int fd = -1;
    private long taken;
    private long wakes;

    PosixSignalTransport(Kind kind) {
        this.kind = kind;
        this.signal = kind == Kind.KILL ? KILL_SIGNAL : kind == Kind.QUEUE ? QUEUE_SIGNAL : DESCRIPTOR_SIGNAL;
    }

    /** Signals that every JVM of a run has to block. */
    static List<Integer> blocked() {
        return List.of(KILL_SIGNAL, QUEUE_SIGNAL, DESCRIPTOR_SIGNAL, TIMER_SIGNAL);
    }

    @Override
    public String settings() {
        return switch (kind) {
            case KILL -> "kill(2) with SIGIO and sigtimedwait(2), through JNA; intended times in shared memory";
            case QUEUE -> "sigqueue(3) with a real-time signal and a value, and sigtimedwait(2), through JNA";
            case DESCRIPTOR -> "sigqueue(3) with a real-time signal and a value, and read(2) of a signalfd, "
                    + "through JNA";
        };
    }

    @Override
    public void openSender(Path directory) throws IOException {
        messages = SharedMessages.open(directory.resolve("signal-" + signal));
    }

    @Override
    public void openReceiver(Path directory) throws IOException {
        openSender(directory);
        if (kind == Kind.DESCRIPTOR) {
            info = new Memory(INFO_LENGTH);
            info.clear();
            info.setLong(0, 1L << (signal - 1));
            fd = (int) KernelCalls.check("signalfd", KernelCalls.signalfd(-1, info, 0));
        } else {
            receiver = PosixSignalWaiter.of(signal);
        }
        messages.receiver(ProcessHandle.current().pid());
    }

    @Override
    void handOver(long sequence, long dueNs, long sentNs) {
        messages.put(sequence, dueNs);
        int result = kind == Kind.KILL ? PosixSignals.kill(messages.receiver(), signal)
                : PosixSignals.sigqueue(messages.receiver(), signal, sequence);
        // A full queue loses the message, which the receiver counts.
        if (result != PosixSignals.SENT && result != PosixSignals.QUEUE_FULL) {
            throw new IllegalStateException("a signal cannot be sent: errno=" + result);
        }
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        taken = burst.first();
        wakes = 0;
        super.receive(burst, reception);
        if (kind == Kind.KILL) {
            reception.coalesced = Math.max(0, reception.taken - wakes);
        }
    }

    @Override
    void take(Reception reception, long untilNs) {
        if (kind == Kind.DESCRIPTOR) {
            takeFromDescriptor(reception);
        } else if (receiver.await(untilNs - System.nanoTime()) == signal) {
            long observedNs = System.nanoTime();
            if (kind == Kind.QUEUE) {
                long sequence = receiver.value();
                reception.take(sequence, messages.dueNs(sequence), observedNs);
            } else {
                // One signal stands for all that were sent by now: each of them is observed at this time.
                wakes++;
                taken = messages.takeSent(taken, reception, observedNs);
            }
        }
    }

    private void takeFromDescriptor(Reception reception) {
        if (KernelCalls.read(fd, info, INFO_LENGTH) == INFO_LENGTH) {
            long observedNs = System.nanoTime();
            long sequence = info.getLong(INFO_VALUE);
            reception.take(sequence, messages.dueNs(sequence), observedNs);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            KernelCalls.close(fd);
        }
    }
}
