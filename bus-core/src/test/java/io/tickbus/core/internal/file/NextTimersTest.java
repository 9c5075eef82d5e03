// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.layout.NextTimerLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class NextTimersTest {
    private final NextTimers timers =
            new NextTimers(SharedRegion.allocate(CountersLayout.NEXT_SLOTS * NextTimerLayout.LENGTH), 0);

    private void write(int count, long firstNs) {
        for (int place = 0; place < count; place++) {
            timers.add(place, count, firstNs + place, 0, 0, 0, 0);
        }
        if (count == 0) {
            timers.addNone();
        }
    }

    private List<Long> read() {
        return timers.read().stream().map(NextTimers.Timer::deadlineNs).toList();
    }

    @Test
    void shouldReadLatestListWhenListsAreOfAnyLength() {
        assertEquals(List.of(), read(), "nothing was written yet");
        for (int round = 0; round < 100; round++) {
            int count = round * 7 % (NextTimers.MAX_TIMERS + 1);
            long firstNs = 100L * round;
            write(count, firstNs);
            assertEquals(IntStream.range(0, count).mapToObj(place -> firstNs + place).toList(), read());
            timers.add(0, 2, -1, 0, 0, 0, 0);
            assertEquals(count, read().size(), "the next list is not whole yet");
            timers.add(1, 2, -1, 0, 0, 0, 0);
        }
    }

    @Test
    @Timeout(60)
    void shouldReadOnlyWholeListsWhileTheyAreWritten() throws InterruptedException {
        AtomicBoolean isDone = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (long round = 1; !isDone.get(); round++) {
                write((int) (round % (NextTimers.MAX_TIMERS + 1)), 100 * round);
            }
        });
        writer.start();
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        try {
            while (System.nanoTime() < endNs) {
                List<Long> read = read();
                for (int place = 0; place < read.size(); place++) {
                    assertEquals(read.get(0) + place, read.get(place));
                    assertTrue(read.size() == read.get(0) / 100 % (NextTimers.MAX_TIMERS + 1), read.toString());
                }
            }
        } finally {
            isDone.set(true);
            writer.join();
        }
    }
}
