// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AsyncLinesTest {
    /** The last lines say why a daemon ended, perhaps on the thread that was interrupted to end it. */
    @Test
    void shouldPrintWhatWaitsWhenClosedOnInterruptedThread() {
        AtomicInteger printed = new AtomicInteger();
        CountDownLatch isClosing = new CountDownLatch(1);
        AsyncLines lines = new AsyncLines(line -> {
            while (isClosing.getCount() > 0) {
                Thread.onSpinWait();
            }
            printed.incrementAndGet();
        });
        for (int i = 0; i < 10; i++) {
            lines.add(LogLine.of(0, Level.INFO, "line"));
        }
        Thread.currentThread().interrupt();
        isClosing.countDown();
        lines.close();
        assertTrue(Thread.interrupted(), "it is still interrupted");
        assertEquals(10, printed.get());
    }
}
