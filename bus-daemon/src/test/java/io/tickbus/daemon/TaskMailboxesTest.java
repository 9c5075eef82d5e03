// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.memory.SharedRegion;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work is done to its end, whatever happens to the thread that does it. */
@Timeout(30)
class TaskMailboxesTest {
    private static final int LENGTH = 4096;

    @TempDir
    private Path folder;

    private final TaskMailboxes tasks = new TaskMailboxes();
    private final List<String> done = new ArrayList<>();
    private int tries;

    private void failOnce(Throwable failure) {
        if (tries++ == 0) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
        done.add("first");
    }

    @Test
    void shouldDoWorkAgainWhenMemoryWasShort() {
        tasks.toTimerThread(() -> failOnce(new OutOfMemoryError("of the test")));
        tasks.toTimerThread(() -> done.add("second"));
        assertThrows(OutOfMemoryError.class, tasks::runForTimerThread);
        assertTrue(tasks.hasTasksForTimerThread());
        assertEquals(2, tasks.runForTimerThread());
        assertEquals(List.of("first", "second"), done);
        assertFalse(tasks.hasTasksForTimerThread());
    }

    @Test
    void shouldNotRepeatWorkThatIsWrong() {
        tasks.toTimerThread(() -> failOnce(new IllegalStateException("of the test")));
        tasks.toTimerThread(() -> done.add("second"));
        assertThrows(IllegalStateException.class, tasks::runForTimerThread);
        assertEquals(1, tasks.runForTimerThread());
        assertEquals(List.of("second"), done);
    }

    /** The JVM tells of a fault at some later place, perhaps in the next piece of work. */
    @Test
    void shouldLoseNoWorkWhenTheOneBeforeLeftAFault() throws Exception {
        SharedRegion region;
        try (FileChannel channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            region = SharedRegion.map(channel, LENGTH, true);
            channel.truncate(0);
        }
        for (int i = 0; i < 100; i++) {
            tries = 0;
            // Where it is told of at once, the first is done again, and then it leaves none.
            tasks.toTimerThread(() -> leaveFaultOnce(region));
            tasks.toTimerThread(() -> {
                FaultBoundary.surface();
                done.add("second");
            });
            while (tasks.hasTasksForTimerThread()) {
                runOnce();
            }
            assertEquals(i + 1, done.size());
        }
    }

    private void leaveFaultOnce(SharedRegion region) {
        if (tries++ == 0) {
            region.getLongOpaque(0);
        }
    }

    private void runOnce() {
        try {
            tasks.runForTimerThread();
        } catch (InternalError e) {
            assertTrue(FaultBoundary.isFault(e), e::toString);
        }
    }
}
