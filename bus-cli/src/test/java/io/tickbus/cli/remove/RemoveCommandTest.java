// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.remove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
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
}
