package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever parks, at any time in a batch, is woken by its end at the latest. */
class SignalBatchTest {
    private static final int LONGEST = 40;
    private static final int LOOK_INTERVAL = 256;

    @TempDir
    private Path root;

    private final SignalRecord signal = new SignalRecord();
    private SignalPublisher publisher;
    private Doorbell sleeper;
    private SignalBatch batch;

    @BeforeEach
    void openBus() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT.withSlotCount(1024));
        sleeper = Doorbell.attach(directory);
        batch = new SignalBatch(publisher);
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    private int wakes() {
        return publisher.bus().signals().header().wakeWord();
    }

    @Test
    void shouldWakeSleepersOfAnyMomentByTheEnd() {
        for (int length = 1; length <= LONGEST; length++) {
            for (int parksAfter = 0; parksAfter < length; parksAfter++) {
                assertWoken(length, parksAfter);
            }
        }
        for (int length = LOOK_INTERVAL - 1; length <= LOOK_INTERVAL + 2; length++) {
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
            batch.publish(signal);
        }
        batch.flush();
        assertEquals(before + 1, wakes(), "length=" + length + " parksAfter=" + parksAfter);
    }

    @Test
    void shouldWakeWithTheFirstAndLookAgainEach256th() {
        int before = wakes();
        sleeper.announceParked();
        batch.publish(signal);
        assertEquals(before + 1, wakes());
        sleeper.announceParked();
        int published = 1;
        while (wakes() == before + 1) {
            batch.publish(signal);
            published++;
            assertTrue(published <= LOOK_INTERVAL + 1, "published=" + published);
        }
        assertEquals(LOOK_INTERVAL + 1, published);
        assertEquals(LOOK_INTERVAL + 1, publisher.nextSequence());
    }

    @Test
    void shouldWakeNobodyWhereNothingWasPublished() {
        int before = wakes();
        sleeper.announceParked();
        batch.flush();
        assertEquals(before, wakes());
    }
}
