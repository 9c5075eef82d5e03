// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.CliRun;
import io.tickbus.cli.DaemonFixture;
import io.tickbus.cli.SighupHandler;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The signal really comes, to this JVM: where a test must not send any, its listener counts them. */
@Timeout(60)
final class ReloadCommandTest {
    @TempDir
    private Path root;

    private final AtomicInteger signals = new AtomicInteger();

    private CliRun reload(Object... options) {
        Object[] args = new Object[options.length + 4];
        System.arraycopy(new Object[] {"reload", "one", "--dir", root}, 0, args, 0, 4);
        System.arraycopy(options, 0, args, 4, options.length);
        return CliRun.of(args);
    }

    private DaemonFixture daemon() {
        DaemonFixture daemon = new DaemonFixture(BusDirectory.at(root, "one"));
        daemon.counters().set(DaemonCounter.RELOAD_SIGNAL, 1);
        daemon.counters().set(DaemonCounter.SETTINGS_GENERATION, 1);
        return daemon;
    }

    private SighupHandler listen(Runnable action) {
        SighupHandler signal = SighupHandler.listen(() -> {
            signals.incrementAndGet();
            action.run();
        });
        if (!signal.isListening()) {
            signal.close();
        }
        assumeTrue(signal.isListening(), "skipped: this JVM was started with SIGHUP ignored");
        return signal;
    }

    @Test
    void shouldSayThatTheDaemonHasReloaded() throws IOException {
        try (DaemonFixture daemon = daemon();
                SighupHandler signal = listen(() -> daemon.counters().add(DaemonCounter.SETTINGS_GENERATION, 1))) {
            assertTrue(signal.isListening());
            Map<String, Object> answer = reload("--timeout", "30s", "--json").json();
            assertEquals(List.of("one", "reloaded", 2, 0), List.of(answer.get("bus"), answer.get("outcome"),
                    answer.get("settingsGeneration"), answer.get("settingsErrors")));
            assertEquals(ProcessHandle.current().pid(), ((Number) answer.get("pid")).longValue());
            CliRun run = reload("--timeout", "30s");
            assertEquals(Tickbus.DONE, run.exitCode(), run.err());
            assertTrue(run.out().contains("has settings generation 3"), run.out());
            assertEquals(2, signals.get());
        }
    }

    @Test
    void shouldSayThatTheDaemonHasRefused() throws IOException {
        try (DaemonFixture daemon = daemon();
                SighupHandler signal = listen(() -> daemon.counters().add(DaemonCounter.SETTINGS_ERRORS, 1))) {
            assertTrue(signal.isListening());
            CliRun run = reload("--timeout", "30s");
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertTrue(run.err().contains("refused the settings and keeps those it had"), run.err());
            run = reload("--timeout", "30s", "--json");
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertEquals("refused", JSON.std.mapFrom(run.out()).get("outcome"));
        }
    }

    @Test
    void shouldSayThatTheDaemonDoesNotAnswer() {
        try (DaemonFixture daemon = daemon(); SighupHandler signal = listen(() -> { })) {
            assertTrue(signal.isListening());
            CliRun run = reload("--timeout", "20ms");
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertTrue(run.err().contains("did not answer within 20 ms"), run.err());
            assertEquals(1, daemon.counters().value(DaemonCounter.SETTINGS_GENERATION));
            // A signal that is handed over after the listening has ended ends this JVM.
            while (signals.get() == 0) {
                assertFalse(Thread.interrupted(), "the signal does not come");
            }
        }
    }

    @Test
    void shouldSendNothingToWhoDoesNotExpectIt() {
        assertRefused("there is no");
        BusDirectory directory = BusDirectory.at(root, "one");
        try (SignalPublisher publisher = SignalPublisher.open(directory)) {
            publisher.publish(1);
            assertRefused("is no daemon");
        }
        assertRefused("it has no publisher");
        try (DaemonFixture daemon = daemon()) {
            DaemonCounters counters = daemon.counters();
            counters.set(DaemonCounter.RELOAD_SIGNAL, 0);
            assertRefused("does not read its settings again at a signal");
        }
    }

    @Test
    void shouldSendNothingToAProcessThatOnlyHasTheDaemonsPid() throws IOException {
        try (DaemonFixture daemon = daemon()) {
            assertEquals(1, daemon.counters().value(DaemonCounter.RELOAD_SIGNAL));
            overwrite(SignalsLayout.PUBLISHER_START_TICKS, CountersLayout.START_TICKS, 1);
            assertRefused("is not the process that its files name: startTicks=");
            overwrite(SignalsLayout.PUBLISHER_START_TICKS, CountersLayout.START_TICKS, 0);
            assertRefused("expected=0");
            overwrite(SignalsLayout.PUBLISHER_PID_NAMESPACE, CountersLayout.PID_NAMESPACE, 42);
            assertRefused("runs in another pid namespace");
            // Only one of the two files changed: then they are not of one daemon.
            overwrite(SignalsLayout.PUBLISHER_PID, FileHeaderLayout.MAGIC + 1024, 5);
            assertRefused("is no daemon");
        }
    }

    private void assertRefused(String why) {
        try (SighupHandler signal = SighupHandler.listen(signals::incrementAndGet)) {
            CliRun run = reload("--timeout", "20ms");
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertTrue(run.err().contains(why), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
            assertEquals(0, signals.get(), "a signal was sent, listening=" + signal.isListening());
        }
    }

    private void overwrite(int signalsOffset, int countersOffset, long value) throws IOException {
        BusDirectory directory = BusDirectory.at(root, "one");
        overwrite(directory.signals(), signalsOffset, value);
        overwrite(directory.counters(), countersOffset, value);
    }

    private static void overwrite(Path file, int offset, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), offset);
        }
    }
}
