// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RelayTargetTest {
    private static final SignalsOptions SMALL = SignalsOptions.defaults().withSlotCount(16);
    private static final long LINE = 4711;

    @TempDir
    private Path folder;

    private final List<String> seen = new ArrayList<>();
    private final SourceClock clock = new SourceClock();
    private BusDirectory directory;
    private RelayTarget target;
    private SignalSubscriber subscriber;

    @BeforeEach
    void open() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        clock.reset();
        target = new RelayTarget(directory, SMALL, clock);
        target.reached(LINE, 100);
        subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults().joinAtOldest()
                .withListener(new SubscriberListener() {
                    @Override
                    public void onLoss(long firstSequence, long count) {
                        seen.add("lost " + firstSequence + "+" + count);
                    }

                    @Override
                    public void onNewHistory(long nextSequence) {
                        seen.add("history");
                    }
                }));
    }

    private void signal(long sequence) {
        long[] fields = target.fieldsFor(sequence);
        assertNotNull(fields);
        System.arraycopy(new SignalRecord().signalId(5).publishedNs(1_000).deadlineNs(900).fields(), 0, fields, 0,
                fields.length);
        target.onSignal(sequence);
    }

    private List<String> seen() {
        target.flush();
        for (int i = 0; i < 3; i++) {
            subscriber.publisherStatus();
            subscriber.poll(signal -> seen.add(Long.toString(signal.sequence())), 100);
        }
        List<String> now = List.copyOf(seen);
        seen.clear();
        return now;
    }

    @Test
    void shouldKeepSequencesAndConvertTimes() {
        clock.measured(0, 501, 501, 2);
        signal(100);
        target.flush();
        List<SignalRecord> got = new ArrayList<>();
        subscriber.poll(signal -> {
            assertEquals(100, signal.sequence());
            assertEquals(1_000 - clock.offsetNs(), signal.publishedNs());
            assertEquals(900 - clock.offsetNs(), signal.deadlineNs());
            got.add(signal);
        }, 1);
        assertEquals(1, got.size());
        target.describeSource();
        SignalsHeader header = subscriber.file().header();
        assertEquals(SignalsLayout.SOURCE_CLOCK_MEASURED, header.sourceClock());
        assertEquals(500, header.sourceOffsetNs());
        assertEquals(LINE, header.historyId());
        target.close();
    }

    @Test
    void shouldReportLossExactlyWhetherShortOrLong() {
        signal(100);
        target.onRun(RelayFrames.LOST, 101, 4);
        signal(105);
        target.reached(LINE, 110);
        assertEquals(List.of("100", "lost 101+4", "105", "lost 106+4"), seen());
        target.reached(LINE, 1_000_110);
        assertEquals(List.of("lost 110+1000000"), seen());
        target.onRun(RelayFrames.LOST, 1_000_000, 200);
        signal(1_000_200);
        assertEquals(List.of("lost 1000110+90", "1000200"), seen());
        assertEquals(4 + 90, target.lostAtSource());
        assertEquals(4 + 1_000_000, target.lostOnTheWay());
        assertEquals(3, target.received());
        target.close();
    }

    @Test
    void shouldDropWhatCameBefore() {
        signal(100);
        signal(101);
        assertNull(target.fieldsFor(100));
        target.onRun(RelayFrames.ABSENT, 99, 5);
        target.onRun(RelayFrames.LOST, 99, 5);
        signal(104);
        assertEquals(List.of("100", "101", "104"), seen());
        assertEquals(2, subscriber.filtered());
        assertEquals(2, target.filtered());
        assertEquals(1, target.duplicates());
        target.close();
    }

    @Test
    void shouldContinueItsOwnLineAndReplaceAnother() {
        signal(100);
        target.reachedPosition(3, 4096);
        target.close();
        target = new RelayTarget(directory, SMALL, clock);
        assertEquals(-1, target.continueLine(LINE + 1));
        assertEquals(101, target.continueLine(LINE));
        assertEquals(3, target.recording());
        assertEquals(4096, target.position());
        signal(101);
        assertEquals(List.of("100", "101"), seen());
        target.reached(LINE + 1, 7);
        signal(7);
        assertEquals(List.of("history", "7"), seen());
        target.close();
    }
}
