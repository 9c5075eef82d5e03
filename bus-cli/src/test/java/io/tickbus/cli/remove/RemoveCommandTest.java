// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.remove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RemoveCommandTest {
    @TempDir
    private Path root;

    private CliRun remove(Object... args) {
        List<Object> all = new java.util.ArrayList<>(List.of("remove", "--dir", root));
        all.addAll(List.of(args));
        return CliRun.of(all.toArray());
    }

    @Test
    void shouldRemoveOnlyTheBusThatIsNamed() throws IOException {
        for (String name : List.of("one", "two")) {
            SignalPublisher.open(BusDirectory.at(root, name)).close();
        }
        assertEquals(true, remove("one", "--json").json().get("directoryRemoved"));
        assertEquals(List.of("two"), BusDirectory.list(root));
        CliRun again = remove("one");
        assertEquals(Tickbus.FAILED, again.exitCode());
        assertTrue(again.err().contains("bus 'one'"), again.err());
    }

    @Test
    void shouldRefuseBusThatIsPublishedOn() {
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"))) {
            CliRun run = remove("one");
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertTrue(run.err().contains("pid=" + ProcessHandle.current().pid()), run.err());
            publisher.publish(1);
        }
        assertEquals(Tickbus.DONE, remove("one").exitCode());
    }

    @Test
    void shouldTouchNothingWhereThereIsNoBus() throws IOException {
        Path notes = Files.createDirectory(root.resolve("Documents")).resolve("signals");
        Files.writeString(notes, "traffic lights");
        CliRun run = remove("Documents");
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.err().contains("there is no bus in"), run.err());
        assertEquals("traffic lights", Files.readString(notes));
        assertFalse(Files.exists(notes.resolveSibling("lock")));
    }

    @Test
    void shouldRefuseToGuessWhichBus() {
        assertEquals(Tickbus.WRONG_USAGE, remove().exitCode());
    }

    @Test
    void shouldSpareFilesThatAreNotTheBuss() throws IOException {
        BusDirectory bus = BusDirectory.at(root, "one");
        SignalPublisher.open(bus).close();
        Path notes = Files.createFile(bus.path().resolve("notes"));
        CliRun run = remove("one");
        assertTrue(run.out().contains("stays"), run.out());
        assertTrue(Files.exists(notes));
        assertFalse(Files.exists(bus.signals()));
    }

    @Test
    void shouldSayWhatItRemovedAndKeepTheJournalUnlessAsked() throws Exception {
        BusDirectory bus = BusDirectory.at(root, "one");
        Path journal = root.resolve("journal");
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, System.Logger.Level.OFF)
                .with(DaemonSetting.BUS_SLOTS, 64).with(DaemonSetting.JOURNAL, journal.toString());
        for (int i = 0; i < 2; i++) {
            try (TimerDaemon daemon = TimerDaemon.open(DaemonContext.of(bus).settings(settings)).start()) {
                CliRun run = remove("one", "--journal=" + journal);
                assertEquals(Tickbus.FAILED, run.exitCode(), run.out() + daemon.isRunning());
                assertTrue(Files.exists(journal.resolve("id")));
            }
            CliRun run = i == 0 ? remove("one") : remove("one", "--journal=" + journal);
            assertEquals(Tickbus.DONE, run.exitCode(), run.err());
            for (String name : List.of("counters", "doorbell", "lock", "replies", "settings", "signals")) {
                assertTrue(run.out().contains(name), run.out());
            }
            assertEquals(i == 0, Files.exists(journal), "the journal stays unless asked");
        }
        assertFalse(Files.exists(bus.path()));
    }

    @Test
    void shouldNotRemoveWhatIsNoJournalOfTheBus() throws IOException {
        SignalPublisher.open(BusDirectory.at(root, "one")).close();
        Path folder = Files.createDirectory(root.resolve("photos"));
        CliRun run = remove("one", "--journal=" + folder);
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.err().contains("there is no journal in it"), run.err());
        Files.writeString(folder.resolve("id"), "1f\n");
        Files.writeString(folder.resolve("bus"), "/elsewhere/two\n");
        run = remove("one", "--journal=" + folder);
        assertTrue(run.err().contains("this is the journal of the bus /elsewhere/two"), run.err());
        assertTrue(Files.exists(folder.resolve("id")));
        assertEquals(Tickbus.DONE, remove("one").exitCode());
    }
}
