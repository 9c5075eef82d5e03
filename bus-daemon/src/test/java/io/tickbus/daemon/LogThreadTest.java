package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogThreadTest {
    /** The last lines say why a daemon ended, perhaps on the thread that was interrupted to end it. */
    @Test
    void shouldPrintWhatWaitsWhenClosedOnInterruptedThread() {
        AtomicInteger printed = new AtomicInteger();
        CountDownLatch isClosing = new CountDownLatch(1);
        LogThread log = new LogThread(count -> { });
        for (int i = 0; i < 10; i++) {
            log.execute(() -> {
                while (isClosing.getCount() > 0) {
                    Thread.onSpinWait();
                }
                printed.incrementAndGet();
            });
        }
        Thread.currentThread().interrupt();
        isClosing.countDown();
        log.close();
        assertTrue(Thread.interrupted(), "it is still interrupted");
        assertEquals(10, printed.get());
    }
}
