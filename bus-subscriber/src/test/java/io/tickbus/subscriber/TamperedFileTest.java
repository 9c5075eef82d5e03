// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static io.tickbus.subscriber.SubscriberFixture.FIRST_SLOT;
import static io.tickbus.subscriber.SubscriberFixture.NEXT_SEQUENCE;
import static io.tickbus.subscriber.SubscriberFixture.SMALL;
import static io.tickbus.subscriber.SubscriberFixture.assertFails;
import static io.tickbus.subscriber.SubscriberFixture.publish;
import static io.tickbus.subscriber.SubscriberFixture.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A subscriber of a file that contradicts itself says so, and neither loops nor loses anything silently. */
@Timeout(30)
class TamperedFileTest {
    @TempDir
    Path folder;

    private final SubscriberFixture fixture = new SubscriberFixture();
    private BusDirectory directory;
    private SignalPublisher publisher;

    @BeforeEach
    void openBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SMALL);
        publish(publisher, 20);
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1_000_000, -1, 21, 22, 28, 1_000, 1L << 40, Long.MAX_VALUE - 1,
        Long.MAX_VALUE})
    void shouldRefuseToJoinWhenNextSequenceIsWrong(long next) {
        put(directory.signals(), NEXT_SEQUENCE, next);
        for (long join : new long[] {SubscriberOptions.NEWEST, SubscriberOptions.OLDEST}) {
            BusException e = assertFails(Reason.CORRUPT, () -> fixture.join(directory, join));
            assertTrue(e.getMessage().contains("nextSequence=" + next), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 28, 1_000, 1L << 40, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void shouldFailWhenNextSequencePromisesWhatIsNotThere(long next) {
        SignalSubscriber subscriber = fixture.join(directory, SubscriberOptions.NEWEST);
        put(directory.signals(), NEXT_SEQUENCE, next);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, subscriber.poll(signal -> { }, 1));
            assertFails(Reason.CORRUPT, subscriber::publisherStatus);
        }
        assertEquals(20, subscriber.sequence());
        assertEquals(List.of(), fixture.events);
    }

    @Test
    void shouldFailWhenBaseIsAheadOfNextSequence() {
        put(directory.signals(), 48, 500);
        for (long join : new long[] {SubscriberOptions.NEWEST, SubscriberOptions.OLDEST, 3}) {
            assertFails(Reason.CORRUPT, () -> fixture.join(directory, join));
        }
        assertEquals(List.of(), fixture.events);
    }

    @ParameterizedTest
    @EnumSource(OverrunPolicy.class)
    void shouldFailWhenStampIsAheadOfPublisher(OverrunPolicy policy) {
        for (long stamp : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, 1L << 40, -(1L << 40), 1_021,
            29, -29, 30, -30, 22, -22, 23}) {
            SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                    fixture.options().withOverrunPolicy(policy).joinAt(20));
            put(directory.signals(), FIRST_SLOT + 4 * 64, stamp);
            assertFails(Reason.CORRUPT, () -> {
                for (int i = 0; i < 100_000; i++) {
                    assertEquals(0, subscriber.await(signal -> { }, 1, 0), "stamp=" + stamp);
                    subscriber.publisherStatus();
                }
                throw new AssertionError("stamp=" + stamp);
            });
            assertEquals(0, subscriber.lost(), "stamp=" + stamp);
            assertEquals(20, subscriber.sequence(), "stamp=" + stamp);
        }
        assertEquals(List.of(), fixture.events);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, 8, -8, -16, 1})
    void shouldFailWhenRecordHasVanished(long stamp) {
        SignalSubscriber subscriber = fixture.join(directory, 15);
        put(directory.signals(), FIRST_SLOT + 7 * 64, stamp);
        assertFails(Reason.CORRUPT, () -> fixture.drain(subscriber));
        assertEquals(15, subscriber.sequence());
        assertEquals(0, subscriber.lost());
    }

    @Test
    void shouldNotGoBackWhenStampsAndHeaderAreOld() {
        SignalSubscriber subscriber = fixture.join(directory, SubscriberOptions.NEWEST);
        // As if the file had been restored from a copy: the subscriber is ahead of it.
        put(directory.signals(), NEXT_SEQUENCE, 12);
        for (int i = 0; i < 8; i++) {
            put(directory.signals(), FIRST_SLOT + i * 64, i < 4 ? i + 9 : i + 1);
        }
        assertEquals(List.of(), fixture.drain(subscriber));
        assertEquals(20, subscriber.sequence());
        assertEquals(0, subscriber.lost());
    }
}
