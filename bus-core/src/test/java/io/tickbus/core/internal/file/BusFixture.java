// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.memory.SlotWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.function.Executable;

/** What the tests of this package do to bus files. */
final class BusFixture {
    static final SignalsOptions SMALL = SignalsOptions.defaults().withSlotCount(8);

    private BusFixture() {
    }

    static void publish(WritableBus bus, int count) {
        SlotWriter writer = SlotWriter.overwriting(bus.signals().ring(), bus.nextSequence());
        for (int i = 0; i < count; i++) {
            int offset = writer.claim();
            SignalRecord signal = new SignalRecord().signalId(i).key(~writer.nextSequence());
            SignalSlots.write(signal, bus.signals().region(), offset);
            bus.signals().header().putNextSequence(writer.commit(offset) + 1);
        }
    }

    /** A closed bus of eight slots with {@code signals} signals. */
    static void create(BusDirectory directory, int signals) {
        try (WritableBus bus = WritableBus.open(directory, SMALL)) {
            publish(bus, signals);
        }
    }

    static BusException assertFails(Reason reason, Executable action) {
        BusException e = assertThrows(BusException.class, action);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    static void put(Path file, int offset, int value) {
        write(file, offset, ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value));
    }

    static void put(Path file, int offset, long value) {
        write(file, offset, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value));
    }

    private static void write(Path file, int offset, ByteBuffer bytes) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(bytes, offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void resize(Path file, long length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            if (channel.size() < length) {
                channel.write(ByteBuffer.allocate(1), length - 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String groupOf(Path path) {
        try {
            return Files.readAttributes(path, java.nio.file.attribute.PosixFileAttributes.class).group().getName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
