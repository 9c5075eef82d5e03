// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.LateFiring;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each firing becomes one signal, is counted, and wakes sleepers by the flush at the latest. */
class FiringPublisherTest {
    private static final int COUNT = 10;
    private static final int WAKE_INTERVAL = 256;

    @TempDir
    private Path root;

    private final DaemonCounters counters = DaemonCounters.inMemory();
    private final LateFirings lateFirings = new LateFirings(counters, new CommandHistory());
    private final SignalRecord firing = new SignalRecord();
    private final long[] timesNs = new long[COUNT];
    private SignalPublisher publisher;
    private Doorbell sleeper;
    private FiringPublisher firings;
    private boolean isClockMoving;
    private String strikeStep = "";
    private int stepsToStrike;

    @BeforeEach
    void openBus() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(1024));
        sleeper = Doorbell.attach(directory);
        firings = new FiringPublisher(publisher, counters, lateFirings, this::reach, FiringListener.NONE);
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    /** A fault before or after a signal; and a clock that has moved on before each. */
    private void reach(String step) {
        long startNs = System.nanoTime();
        while (isClockMoving && System.nanoTime() == startNs) {
            Thread.onSpinWait();
        }
        if (step.equals(strikeStep) && stepsToStrike-- == 0) {
            throw new InternalError("a fault occurred in an unsafe memory access operation");
        }
    }

    private void strikeAt(String step, int key) {
        strikeStep = step;
        stepsToStrike = key;
    }

    private void take(long firstSequence) {
        for (int key = 0; key < COUNT; key++) {
            assertEquals(firstSequence + key, firings.nextSequence());
            assertEquals(firstSequence + key, firings.fire(firing.clear().key(key)));
        }
    }

    private void assertPublished(long firstSequence) {
        assertEquals(firstSequence + COUNT, publisher.nextSequence());
        assertEquals(firstSequence + COUNT, firings.nextSequence());
        SignalRecord signal = new SignalRecord();
        for (int key = 0; key < COUNT; key++) {
            assertEquals(SlotRing.COMMITTED,
                    publisher.bus().signals().ring().read(firstSequence + key, signal.fields()));
            assertEquals(key, signal.key());
            timesNs[key] = signal.publishedNs();
        }
    }

    @Test
    void shouldPublishEachOnceWhenFaultStrikesBeforeOrAfterOne() {
        firings.rowLength(FiringPublisher.MAX_ROW);
        long first = 0;
        for (String step : new String[] {"publish", "published"}) {
            for (int key = 0; key < COUNT; key++) {
                take(first);
                strikeAt(step, key);
                assertThrows(InternalError.class, firings::flush);
                assertEquals(first + COUNT, firings.nextSequence(), "what was taken keeps its sequences");
                firings.flush();
                assertPublished(first);
                firings.flush();
                assertPublished(first);
                first += COUNT;
            }
        }
    }

    @Test
    void shouldPublishRowWithTheFiringThatFillsItAndOnceWhenFaultStrikesThere() {
        firings.rowLength(COUNT + 1);
        take(0);
        assertEquals(0, publisher.nextSequence());
        strikeAt("published", 3);
        assertThrows(InternalError.class, () -> firings.fire(firing.clear().key(COUNT)));
        assertEquals(COUNT + 1, firings.nextSequence(), "it was taken before the fault");
        firings.flush();
        assertEquals(COUNT + 1, publisher.nextSequence());
        firings.rowLength(1);
        assertEquals(COUNT + 1, firings.fire(firing));
        assertEquals(COUNT + 2, publisher.nextSequence());
    }

    @Test
    void shouldReadClockForTheFirstAndOnceForEachFourBehindIt() {
        isClockMoving = true;
        firings.rowLength(FiringPublisher.MAX_ROW);
        take(0);
        long beforeNs = System.nanoTime();
        firings.flush();
        long afterNs = System.nanoTime();
        assertPublished(0);
        assertTrue(timesNs[0] >= beforeNs, "the time is from before the row was published");
        for (int key = 1; key < COUNT; key++) {
            boolean isRead = key % 4 == 1;
            assertTrue(isRead ? timesNs[key] > timesNs[key - 1] : timesNs[key] == timesNs[key - 1], "key=" + key);
        }
        assertTrue(timesNs[COUNT - 1] <= afterNs);
    }

    @Test
    void shouldReadClockAgainAfterFault() {
        isClockMoving = true;
        firings.rowLength(FiringPublisher.MAX_ROW);
        for (String step : new String[] {"publish", "published"}) {
            long first = publisher.nextSequence();
            take(first);
            strikeAt(step, 6);
            assertThrows(InternalError.class, firings::flush);
            long faultNs = System.nanoTime();
            firings.flush();
            assertPublished(first);
            int next = step.equals("publish") ? 6 : 7;
            assertTrue(timesNs[next - 1] < faultNs && timesNs[next] >= faultNs, "next=" + next);
        }
    }

    private List<Long> counted() {
        return List.of(counters.value(DaemonCounter.FIRINGS), counters.value(DaemonCounter.FIRINGS_LATE),
                counters.value(DaemonCounter.OCCURRENCES_MISSED), counters.file().lateness().total());
    }

    @Test
    void shouldHaveCountedEveryFiringWhenFlushed() {
        long[] maxLatenessNs = {Long.MIN_VALUE};
        firings = new FiringPublisher(publisher, counters, lateFirings, CrashPoint.NONE, signal -> maxLatenessNs[0] =
                Math.max(maxLatenessNs[0], signal.publishedNs() - signal.deadlineNs()));
        long nowNs = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            firings.fire(firing.clear().key(i).deadlineNs(nowNs - 1_000_000L * (i % 7))
                    .flags((i % 2 == 0 ? SignalRecordLayout.FLAG_LATE : 0)
                            | (i % 3 == 0 ? 0 : SignalRecordLayout.FLAG_COALESCED))
                    .occurrence(i, i % 3));
            assertEquals(i + 1, publisher.nextSequence());
        }
        for (int i = 0; i < 2; i++) {
            firings.flush();
            assertEquals(List.of(200L, 100L, 199L, 200L), counted());
            assertEquals(maxLatenessNs[0], counters.value(DaemonCounter.LATENESS_MAX));
        }
    }

    @Test
    void shouldNoteWhatIsLaterThanTheThresholdAndNothingElse() {
        long nowNs = System.nanoTime();
        int lateCount = LateFirings.MAX_NOTED + 5;
        for (int i = 0; i < lateCount; i++) {
            firings.fire(firing.clear().key(i).signalId(i).deadlineNs(nowNs - 1_000_000_000L).owner(7).generation(i));
        }
        firings.fire(firing.clear().deadlineNs(Long.MAX_VALUE / 2));
        firings.flush();
        assertEquals(0, counters.value(DaemonCounter.LATE_FIRINGS), "no cause is looked for in between");
        lateFirings.settle(nowNs, lateCount);
        lateFirings.settle(nowNs, lateCount);
        assertEquals(lateCount, counters.value(DaemonCounter.LATE_FIRINGS));
        List<LateFiring> late = counters.file().lateFirings().readAll();
        assertEquals(LateFirings.MAX_NOTED, late.size());
        for (int i = 0; i < late.size(); i++) {
            assertEquals(List.of((long) i, (long) i, (long) i, 7L, nowNs - 1_000_000_000L), List.of(
                    late.get(i).sequence(), (long) late.get(i).signalId(), (long) late.get(i).generation(),
                    (long) late.get(i).owner(), late.get(i).deadlineNs()));
        }
    }

    private int wakes() {
        return publisher.bus().signals().header().wakeWord();
    }

    @Test
    void shouldWakeSleepersOfAnyMomentByTheFlush() {
        for (int length = 1; length <= 40; length++) {
            for (int parksAfter = 0; parksAfter < length; parksAfter++) {
                assertWoken(length, parksAfter);
            }
        }
        for (int length = WAKE_INTERVAL - 1; length <= WAKE_INTERVAL + 2; length++) {
            for (int parksAfter : new int[] {0, 1, length - 3, length - 2, length - 1}) {
                assertWoken(length, parksAfter);
            }
        }
    }

    private void assertWoken(int length, int parksAfter) {
        int before = wakes();
        for (int i = 0; i < length; i++) {
            if (i == parksAfter) {
                sleeper.announceParked();
            }
            firings.fire(firing);
        }
        firings.flush();
        assertEquals(before + 1, wakes(), "length=" + length + " parksAfter=" + parksAfter);
    }

    @Test
    void shouldWakeWithTheFirstAndWithEach256th() {
        int before = wakes();
        sleeper.announceParked();
        firings.fire(firing);
        assertEquals(before + 1, wakes());
        sleeper.announceParked();
        int published = 1;
        while (wakes() == before + 1) {
            firings.fire(firing);
            published++;
            assertTrue(published <= WAKE_INTERVAL + 1, "published=" + published);
        }
        assertEquals(WAKE_INTERVAL + 1, published);
        assertEquals(WAKE_INTERVAL + 1, publisher.nextSequence());
    }

    @Test
    void shouldWakeNobodyWhenNothingWasPublished() {
        int before = wakes();
        sleeper.announceParked();
        firings.flush();
        assertEquals(before, wakes());
    }
}
