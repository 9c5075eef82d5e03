// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A subscriber that has fallen far more than a lap behind reads what it missed from the journal and then continues with
 * the live ring: each signal once, in order. {@code -Dtickbus.journal.signals=5000000} for the long run.
 */
class GapFillIT {
    private static final long BEHIND = Long.getLong("tickbus.journal.signals", 500_000);
    private static final int FAST_TIMERS = 150;
    private static final int SLOW_TIMERS = 100;
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    private Path folder;

    private final long[] nextOccurrence = new long[FAST_TIMERS];
    private long nextSequence;
    private long wrong;
    private long taken;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void catchesUpFromTheJournalIntoTheRing() throws Exception {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        Path journal = folder.resolve("journal");
        try (DaemonChild daemon = DaemonChild.start(folder.resolve("root"), journal, 1L << 28, 1 << 17, List.of());
                JournalHistory history = JournalHistory.of(journal);
                SignalSubscriber subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults()
                        .joinAtOldest().withWaitStrategy(WaitStrategy.park())
                        .withHistory(history));
                TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults().withTrackedKeys(0)
                        .withConnectTimeoutNs(TimeUnit.SECONDS.toNanos(20)).withDiscardedReplies())) {
            TimerCommand command = new TimerCommand();
            long anchorNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            for (int key = 0; key < FAST_TIMERS; key++) {
                client.send(command.arm(key, 7, anchorNs + key * PERIOD_NS / FAST_TIMERS).periodNs(PERIOD_NS));
            }
            while (subscriber.backlog() < BEHIND) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            for (int key = SLOW_TIMERS; key < FAST_TIMERS; key++) {
                client.send(command.cancel(key));
            }
            TimeUnit.MILLISECONDS.sleep(100);
            long behind = subscriber.backlog();
            long startNs = System.nanoTime();
            while (subscriber.backlog() > 1_000) {
                subscriber.poll(this::take, 1 << 16);
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            long caughtUp = taken;
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (taken <= caughtUp + 10_000 && System.nanoTime() < untilNs) {
                subscriber.await(this::take, 1024, PERIOD_NS);
            }
            String what = "behind=" + behind + " fromJournal=" + subscriber.fromHistory() + " seconds=" + seconds
                    + " perSecond=" + (long) (caughtUp / seconds) + " taken=" + taken + " lost=" + subscriber.lost();
            System.out.println("gap fill: " + what);
            assertTrue(daemon.isAlive());
            assertTrue(subscriber.fromHistory() > BEHIND / 2, what);
            assertEquals(0, subscriber.lost(), what);
            assertEquals(0, wrong, what);
            assertTrue(taken > caughtUp + 10_000, "live signals follow; " + what);
        }
    }

    private void take(SignalRecord signal) {
        int key = (int) signal.key();
        boolean isNext = signal.sequence() == nextSequence && signal.occurrence() == nextOccurrence[key]
                && signal.signalId() == 7;
        wrong += isNext ? 0 : 1;
        nextSequence = signal.sequence() + 1;
        nextOccurrence[key] = signal.occurrence() + 1L + signal.missed();
        taken++;
    }
}
