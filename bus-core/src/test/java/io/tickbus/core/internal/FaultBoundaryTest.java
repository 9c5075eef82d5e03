// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FaultBoundaryTest {
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
            FaultBoundary.run(() -> read(buffer, TURNS), this::survive);
            assertEquals(0, faults);
            assertEquals(TURNS, turns);
            channel.truncate(0);
            turns = 0;
            FaultBoundary.run(() -> read(buffer, TURNS), this::survive);
            assertEquals(TURNS, turns);
            int before = faults;
            assertTrue(before > 0);
            // One turn alone: its fault surfaces when the loop is over, if not in it.
            turns = 0;
            FaultBoundary.run(() -> read(buffer, 1), this::survive);
            assertTrue(faults > before);
        }
        assertTrue(FaultBoundary.isFault(first), first::toString);
    }

    private void read(MappedByteBuffer buffer, int limit) {
        while (turns < limit) {
            turns++;
            sum += buffer.get(turns % LENGTH);
        }
    }

    @Test
    void shouldEndWithWhatIsThrownOnSurviving() {
        InternalError mine = new InternalError(MESSAGE);
        assertSame(mine, assertThrows(InternalError.class, () -> FaultBoundary.run(() -> {
            turns++;
            throw mine;
        }, FaultBoundaryTest::throwBack)));
        assertEquals(1, turns);
        assertEquals(0, sum);
    }

    @Test
    void shouldEndWithErrorThatIsNoFault() {
        InternalError other = new InternalError("other");
        assertFalse(FaultBoundary.isFault(other));
        assertFalse(FaultBoundary.isFault(new InternalError()));
        assertSame(other, assertThrows(InternalError.class, () -> FaultBoundary.run(() -> {
            throw other;
        }, this::survive)));
        assertEquals(0, faults);
    }

    @Test
    void shouldTellByTouchingWhetherPagesAreThere() throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(LENGTH));
            List<SharedRegion> regions = List.of(SharedRegion.map(channel, LENGTH, true),
                    SharedRegion.map(channel, LENGTH, false), SharedRegion.map(channel, LENGTH - 64, true));
            for (SharedRegion region : regions) {
                region.getLongOpaque(0);
                assertTrue(FaultBoundary.isSound(region));
            }
            channel.truncate(LENGTH / 2);
            for (int i = 0; i < TURNS / 10; i++) {
                for (SharedRegion region : regions) {
                    assertFalse(FaultBoundary.isSound(region));
                }
            }
            channel.write(ByteBuffer.allocate(LENGTH), 0);
            for (SharedRegion region : regions) {
                assertTrue(FaultBoundary.isSound(region));
            }
        }
    }

    private static void throwBack(InternalError fault) {
        throw fault;
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
                Throwable end = assertThrows(Throwable.class, () -> FaultBoundary.run(() -> {
                    read(buffer, 1);
                    throw new IllegalStateException("the loop's own");
                }, FaultBoundaryTest::throwBack));
                assertTrue(end instanceof IllegalStateException || end instanceof InternalError, end::toString);
                suppressed += end.getSuppressed().length;
                FaultBoundary.surface();
            }
            System.out.println("FaultBoundaryTest suppressed " + suppressed);
        }
    }

    @Test
    void shouldSurviveFaultThatComesUpWhileAnotherIsSurvived() {
        FaultBoundary.run(this::failTwice, fault -> {
            survive(fault);
            if (faults == 1) {
                throw new InternalError(MESSAGE);
            }
        });
        assertEquals(3, turns);
        assertEquals(3, faults);
    }
}
