package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.FiringHandler;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each firing that was taken becomes one signal, whatever fault strikes at which of them. */
class SettledFiringsTest {
    private static final int COUNT = 10;

    @TempDir
    private Path root;

    private SignalPublisher publisher;
    private SettledFirings settled;
    private FiringHandler sink;
    private int strikeAt = -1;
    private boolean isStruckBefore;
    private final long[] timesNs = new long[COUNT];

    @BeforeEach
    void open() {
        publisher = SignalPublisher.open(BusDirectory.at(root, "bus"));
        sink = firing -> {
            boolean isStruck = firing.key() == strikeAt;
            if (isStruck && isStruckBefore) {
                strike();
            }
            long sequence = publisher.publish(firing);
            if (isStruck) {
                strike();
            }
            return sequence;
        };
        settled = new SettledFirings(publisher, sink);
    }

    @AfterEach
    void close() {
        publisher.close();
    }

    private void strike() {
        strikeAt = -1;
        throw new InternalError("a fault occurred in an unsafe memory access operation");
    }

    private void take(long firstSequence) {
        for (int key = 0; key < COUNT; key++) {
            assertEquals(firstSequence + key, settled.nextSequence());
            assertEquals(firstSequence + key, settled.fire(new SignalRecord().key(key)));
        }
    }

    private void assertPublished(long firstSequence) {
        assertEquals(firstSequence + COUNT, publisher.nextSequence());
        assertEquals(firstSequence + COUNT, settled.nextSequence());
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
        long first = 0;
        for (boolean before : new boolean[] {true, false}) {
            for (int key = 0; key < COUNT; key++) {
                take(first);
                strikeAt = key;
                isStruckBefore = before;
                assertThrows(InternalError.class, settled::flush);
                assertEquals(first + COUNT, settled.nextSequence(), "what was taken keeps its sequences");
                settled.flush();
                assertPublished(first);
                settled.flush();
                assertPublished(first);
                first += COUNT;
            }
        }
    }

    /** Publishes a firing with the time that it has, and only when the clock shows a later one. */
    private SignalSink stampedSink() {
        return new SignalSink() {
            @Override
            public SignalSink unheard() {
                return this;
            }

            @Override
            public long fireStamped(SignalRecord firing) {
                while (System.nanoTime() <= firing.publishedNs()) {
                    Thread.onSpinWait();
                }
                return sink.fire(firing);
            }
        };
    }

    @Test
    void shouldReadClockForTheFirstAndOnceForEachFourBehindIt() {
        settled = new SettledFirings(publisher, stampedSink());
        take(0);
        long beforeNs = System.nanoTime();
        settled.flush();
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
    void shouldReadClockAnewAfterFault() {
        for (boolean before : new boolean[] {true, false}) {
            long first = publisher.nextSequence();
            settled = new SettledFirings(publisher, stampedSink());
            take(first);
            strikeAt = 6;
            isStruckBefore = before;
            assertThrows(InternalError.class, settled::flush);
            long faultNs = System.nanoTime();
            settled.flush();
            assertPublished(first);
            int next = before ? 6 : 7;
            assertTrue(timesNs[next - 1] < faultNs && timesNs[next] >= faultNs, "next=" + next);
        }
    }
}
