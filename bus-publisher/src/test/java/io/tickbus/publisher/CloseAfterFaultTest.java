// SPDX-License-Identifier: Apache-2.0
package io.tickbus.publisher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A publisher is closed while the fault of its latest signal is pending. Where that surfaces depends on what the JVM
 * has compiled and resolved by then: hence several JVMs.
 */
@Timeout(120)
class CloseAfterFaultTest {
    private static final int ROUNDS = 300;
    private static final int READS_UNTIL_COMPILED = 3_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
    void shouldMarkBusClosedWhenAFaultIsPending(String flag) {
        try (ChildJvm child = new ChildJvm.Builder(folder, Child.class, List.of(folder.resolve("root").toString()))
                .flags(flag).start()) {
            assertEquals("CLOSED unmarked=0", child.expect("CLOSED"), child::transcript);
            assertEquals(0, child.exitCode(), child::transcript);
        }
    }

    /**
     * Closes often enough for the interpreter to call the compiler policy as it enters a method: a pending fault
     * surfaces there too. It counts the entries of each method, and {@code close} is one ahead of what it calls.
     */
    static final class Child {
        private Child() {
        }

        public static void main(String[] arguments) throws IOException {
            BusDirectory directory = BusDirectory.at(Path.of(arguments[0]), "bus");
            SignalPublisher first = open(directory);
            for (int i = 0; i < READS_UNTIL_COMPILED; i++) {
                read(first);
            }
            first.close();
            first.close();
            int unmarked = 0;
            for (int round = 0; round < ROUNDS; round++) {
                SignalPublisher publisher = open(directory);
                try (FileChannel doorbell = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
                    doorbell.truncate(0);
                }
                readAndClose(publisher);
                // Does nothing unless the fault surfaced before close had begun.
                publisher.close();
                unmarked += publisher.bus().signals().header().state() == SignalsLayout.STATE_CLOSED ? 0 : 1;
            }
            System.out.println("CLOSED unmarked=" + unmarked);
        }

        private static SignalPublisher open(BusDirectory directory) {
            return SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(64));
        }

        /** As a publisher does after each signal; compiled code leaves a fault pending as it returns. */
        private static int read(SignalPublisher publisher) {
            return publisher.bus().doorbell().region().getInt(DoorbellLayout.SUBSCRIBERS_PARKED);
        }

        private static void readAndClose(SignalPublisher publisher) {
            try {
                read(publisher);
                publisher.close();
            } catch (InternalError e) {
                assertTrue(FaultBoundary.isFault(e), e::toString);
            }
        }
    }
}
