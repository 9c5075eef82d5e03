// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.publisher.SignalPublisher;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code torture}: publishes N signals in all and lives many lives on the way. In turn a life ends by death between two
 * signals, by death inside of one, by closing, and by the start of a successor with another number of slots. In each it
 * publishes bursts of many laps at full speed, and naps.
 */
final class TorturePublisher {
    private static final int LIVES = 8;
    private static final int BURSTS_PER_LIFE = 4;
    private static final long LONGEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(4);

    private final SplittableRandom random;
    private final SignalRecord signal = new SignalRecord();
    private final BusDirectory bus;
    private final long count;
    private final int slots;
    private long published;
    private long epochs;

    TorturePublisher(Arguments arguments) {
        random = new SplittableRandom(arguments.number("--seed", 1));
        bus = arguments.bus();
        count = arguments.number("--count", 0);
        slots = (int) arguments.number("--slots", 1024);
    }

    Map<String, Object> run() {
        long first = -1;
        for (int life = 0; life < LIVES; life++) {
            // Every fourth life replaces the file.
            int slotCount = life % 8 < 4 ? slots : 2 * slots;
            SignalPublisher publisher = SignalPublisher.openWithoutThread(bus,
                    SignalsOptions.defaults().withSlotCount(slotCount));
            epochs++;
            if (first < 0) {
                first = publisher.nextSequence();
                JavaProgram.ready();
            }
            live(publisher, (count - published) / (LIVES - life));
            end(publisher, life);
        }
        Map<String, Object> result = JavaProgram.result("torture");
        result.put("published", published);
        result.put("first", first);
        result.put("epochs", epochs);
        result.put("errors", 0);
        return result;
    }

    private void live(SignalPublisher publisher, long signals) {
        for (int burst = BURSTS_PER_LIFE; burst > 0; burst--) {
            long size = burst == 1 ? signals : random.nextLong(signals + 1);
            signals -= size;
            for (long i = 0; i < size; i++) {
                publisher.publish(Content.fill(signal, publisher.nextSequence()));
            }
            published += size;
            publisher.heartbeat(System.nanoTime());
            LockSupport.parkNanos(random.nextLong(LONGEST_NAP_NS));
        }
    }

    private void end(SignalPublisher publisher, int life) {
        if (life == LIVES - 1 || life % 4 == 2) {
            publisher.close();
            return;
        }
        if (life % 4 == 1) {
            dieInsideSignal(publisher);
        }
        // The lock is released and nothing else done, as the kernel does for a killed process.
        publisher.bus().close();
    }

    /** Stores half of the next signal and never commits it. */
    private static void dieInsideSignal(SignalPublisher publisher) {
        SharedRegion region = publisher.bus().signals().region();
        int slot = publisher.bus().signals().ring().beginWrite(publisher.nextSequence());
        for (int field = Long.BYTES; field < SignalRecordLayout.LENGTH / 2; field += Long.BYTES) {
            region.putLong(slot + field, -1L);
        }
    }
}
