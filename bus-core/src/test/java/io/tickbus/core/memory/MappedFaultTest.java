package io.tickbus.core.memory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFaultTest {
    private static final int LENGTH = 8_192;
    private static final int TURNS = 200_000;

    @TempDir
    Path folder;

    private final List<InternalError> survived = new ArrayList<>();
    private int turns;
    private long sum;

    /** Long enough to be compiled meanwhile; the last turn's fault is no exception. */
    @Test
    void shouldLetNoFaultOutOfTheLoop() throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(MapMode.READ_WRITE, 0, LENGTH);
            MappedFault.guard(() -> read(buffer), survived::add);
            assertEquals(List.of(), survived);
            assertEquals(TURNS, turns);
            channel.truncate(0);
            turns = 0;
            MappedFault.guard(() -> read(buffer), survived::add);
            assertDoesNotThrow(MappedFault::bringUp);
        }
        assertEquals(TURNS, turns);
        assertFalse(survived.isEmpty());
        survived.forEach(each -> assertTrue(MappedFault.isOne(each), each::toString));
    }

    private void read(MappedByteBuffer buffer) {
        while (turns < TURNS) {
            turns++;
            sum += buffer.get(LENGTH - 1);
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
        }, fault -> {
            throw fault;
        })));
        assertEquals(1, turns);
        assertEquals(0, sum);
    }

    @Test
    void shouldBeginAnewAfterEachFault() {
        MappedFault.guard(() -> {
            if (++turns < 3) {
                throw new InternalError("a fault occurred in a recent unsafe memory access operation");
            }
        }, survived::add);
        assertEquals(3, turns);
        assertEquals(2, survived.size());
    }
}
