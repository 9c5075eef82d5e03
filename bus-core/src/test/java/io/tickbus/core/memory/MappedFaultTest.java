package io.tickbus.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MappedFaultTest {
    private static final int LENGTH = 8_192;
    private static final int TURNS = 50_000;
    private static final String MESSAGE = "a fault occurred in a recent unsafe memory access operation";

    @TempDir
    Path folder;

    private int turns;
    private int faults;
    private InternalError first;
    private long sum;

    private void survive(InternalError fault) {
        faults++;
        first = first == null ? fault : first;
    }

    /** Long enough to be compiled meanwhile; the last turn's fault is no exception. */
    @Test
    void shouldLetNoFaultOutOfTheLoop() throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(MapMode.READ_WRITE, 0, LENGTH);
            MappedFault.guard(() -> read(buffer, TURNS), this::survive);
            assertEquals(0, faults);
            assertEquals(TURNS, turns);
            channel.truncate(0);
            turns = 0;
            MappedFault.guard(() -> read(buffer, TURNS), this::survive);
            assertEquals(TURNS, turns);
            int before = faults;
            assertTrue(before > 0);
            // One turn alone: its fault comes up when the loop is over, if not in it.
            turns = 0;
            MappedFault.guard(() -> read(buffer, 1), this::survive);
            assertTrue(faults > before);
        }
        assertTrue(MappedFault.isOne(first), first::toString);
    }

    private void read(MappedByteBuffer buffer, int limit) {
        while (turns < limit) {
            turns++;
            sum += buffer.get(turns % LENGTH);
        }
    }

    @Test
    void shouldEndWithWhatIsThrownOnSurviving() {
        InternalError mine = new InternalError("mine");
        assertFalse(MappedFault.isOne(mine));
        assertFalse(MappedFault.isOne(new InternalError()));
        assertSame(mine, assertThrows(InternalError.class, () -> MappedFault.guard(() -> {
            turns++;
            throw mine;
        }, MappedFaultTest::throwBack, MappedFaultTest::throwBack)));
        assertEquals(1, turns);
        assertEquals(0, sum);
    }

    private static void throwBack(InternalError fault) {
        throw fault;
    }

    @Test
    void shouldGoOnWhenOneOfTwoSurvives() {
        MappedFault.guard(this::failTwice, MappedFaultTest::throwBack, this::survive);
        assertEquals(3, turns);
        assertEquals(2, faults);
    }

    private void failTwice() {
        if (++turns < 3) {
            throw new InternalError(MESSAGE);
        }
    }

    @Test
    void shouldLeaveNoFaultBehindWhenLoopThrows() throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(MapMode.READ_WRITE, 0, LENGTH);
            // It is compiled code that leaves a fault behind.
            read(buffer, TURNS);
            channel.truncate(0);
            int suppressed = 0;
            for (int i = 0; i < 1_000; i++) {
                turns = 0;
                Throwable end = assertThrows(Throwable.class, () -> MappedFault.guard(() -> {
                    read(buffer, 1);
                    throw new IllegalStateException("the loop's own");
                }, MappedFaultTest::throwBack));
                assertTrue(end instanceof IllegalStateException || end instanceof InternalError, end::toString);
                suppressed += end.getSuppressed().length;
                MappedFault.bringUp();
            }
            System.out.println("MappedFaultTest suppressed " + suppressed);
        }
    }

    @Test
    void shouldSurviveFaultThatComesUpWhileAnotherIsSurvived() {
        MappedFault.guard(this::failTwice, fault -> {
            survive(fault);
            if (faults == 1) {
                throw new InternalError(MESSAGE);
            }
        });
        assertEquals(3, turns);
        assertEquals(3, faults);
    }
}
