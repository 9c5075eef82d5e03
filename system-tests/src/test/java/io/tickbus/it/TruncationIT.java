// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The file is truncated while it is read: each reader gets a BusException within bounded time, no JVM crashes, and no
 * handler sees a signal that was not published. JVMs report faults of compiled code late, so both kinds of code run.
 */
@Timeout(180)
class TruncationIT {
    private static final int SLOTS = 1 << 14;
    private static final int HALF_LENGTH = SignalsLayout.HEADER_LENGTH + SLOTS * SignalRecordLayout.LENGTH / 2;
    private static final int WARM_UP = 300_000;
    private static final String INTERPRETER = "-Xint";
    private static final String CLIENT_COMPILER = "-XX:TieredStopAtLevel=1";
    private static final String SERVER_COMPILER = "-XX:-TieredCompilation";

    @RegisterExtension
    final TestBus bus = new TestBus();

    @ParameterizedTest
    @ValueSource(ints = {0, SignalsLayout.HEADER_LENGTH, HALF_LENGTH})
    void shouldThrowWhenFileIsTruncatedUnderBusyBus(int length) throws IOException {
        assertAllThrow(length, "endless 42");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, SignalsLayout.HEADER_LENGTH})
    void shouldThrowWhenFileIsTruncatedUnderIdleBus(int length) throws IOException {
        assertAllThrow(length, "publish 10");
    }

    private void assertAllThrow(int length, String command) throws IOException {
        ChildJvm publisher = bus.publisher("slots=" + SLOTS);
        List<ChildJvm> subscribers = new ArrayList<>();
        for (String flag : List.of(INTERPRETER, CLIENT_COMPILER, SERVER_COMPILER)) {
            for (String waiting : List.of("poll", "park")) {
                subscribers.add(bus.start(bus.jvm(SubscriberMain.class, "waiting=" + waiting).flags(flag)));
            }
        }
        subscribers.forEach(subscriber -> subscriber.expect("ATTACHED"));
        publisher.order("publish " + WARM_UP);
        subscribers.forEach(subscriber -> subscriber.ask("until " + WARM_UP, "REACHED"));
        publisher.send(command);

        try (FileChannel channel = FileChannel.open(bus.directory().signals(), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }

        for (ChildJvm subscriber : subscribers) {
            String refusal = subscriber.expectWithout("REFUSED", "BROKEN");
            assertTrue(refusal.startsWith("REFUSED TRUNCATED " + bus.directory().signals()), subscriber::transcript);
            assertEquals(ChildArguments.REFUSED, subscriber.exitCode());
        }
        // The publisher may have ended with an exception by then. That no JVM crashed is checked after the test.
        publisher.close();
        bus.directory().delete();
    }
}
