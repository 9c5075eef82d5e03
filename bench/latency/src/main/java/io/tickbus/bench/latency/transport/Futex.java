// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.file.Path;

/** A raw futex beside a message in shared memory: FUTEX_WAKE for each message, FUTEX_WAIT while there is none. */
final class Futex extends KernelTransport {
    private SharedMessages messages;
    private FutexWord word;
    private long taken;

    @Override
    public String settings() {
        return "FUTEX_WAKE for each message and FUTEX_WAIT_BITSET on a word in shared memory, through JNA";
    }

    @Override
    public void open(Path directory) throws IOException {
        messages = SharedMessages.open(directory.resolve("futex"));
        word = Platforms.current().futexWord(messages.region(), SharedMessages.word());
    }

    @Override
    void handOver(long sequence, long dueNs, long sentNs) {
        messages.put(sequence, dueNs);
        messages.region().putIntRelease(SharedMessages.word(), (int) sequence + 1);
        word.wakeAll();
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        taken = burst.first();
        super.receive(burst, reception);
    }

    @Override
    void take(Reception reception, long untilNs) {
        int seen = messages.region().getIntAcquire(SharedMessages.word());
        if (messages.sent() <= taken) {
            word.await(seen, untilNs);
        }
        taken = messages.takeSent(taken, reception, System.nanoTime());
    }
}
