package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountedSinkTest {
    @TempDir
    private Path root;

    private final DaemonCounters counters = DaemonCounters.inMemory();
    private final SignalRecord firing = new SignalRecord();

    private List<Long> counted() {
        return List.of(counters.value(DaemonCounter.FIRINGS), counters.value(DaemonCounter.FIRINGS_LATE),
                counters.value(DaemonCounter.OCCURRENCES_MISSED), counters.file().lateness().total());
    }

    @Test
    void shouldHaveCountedEveryFiringWhenRowIsOver() {
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "bus"))) {
            CountedSink sink = new CountedSink(publisher, counters, CrashPoint.NONE);
            long nowNs = System.nanoTime();
            long latestNs = Long.MIN_VALUE;
            for (int i = 0; i < 200; i++) {
                firing.clear().key(i).deadlineNs(nowNs - 1_000_000L * (i % 7))
                        .flags((i % 2 == 0 ? SignalRecordLayout.FLAG_LATE : 0)
                                | (i % 3 == 0 ? 0 : SignalRecordLayout.FLAG_COALESCED))
                        .occurrence(i, i % 3);
                assertEquals(i, sink.fire(firing));
                latestNs = Math.max(latestNs, firing.publishedNs() - firing.deadlineNs());
                assertEquals(i + 1, publisher.nextSequence());
            }
            sink.flush();
            assertEquals(List.of(200L, 100L, 199L, 200L), counted());
            assertEquals(latestNs, counters.value(DaemonCounter.LATENESS_MAX));
            sink.flush();
            assertEquals(List.of(200L, 100L, 199L, 200L), counted());
        }
    }
}
