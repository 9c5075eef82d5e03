// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invalid files are refused by name in another process, and left unchanged. */
@Timeout(180)
class RefusedFilesIT {
    @RegisterExtension
    final TestBus bus = new TestBus();

    private byte[] intact;

    @BeforeEach
    @Timeout(180)
    void leaveBusBehind() throws IOException {
        ChildJvm publisher = bus.publisher("slots=64");
        publisher.order("publish 100");
        publisher.order("close");
        publisher.quit();
        intact = Files.readAllBytes(bus.directory().signals());
    }

    @Test
    void shouldRefuseWrongIdentityByName() throws IOException {
        assertBothRefused(Reason.WRONG_MAGIC, "magic=", file -> file.putLong(FileHeaderLayout.MAGIC, 42));
        assertBothRefused(Reason.WRONG_BYTE_ORDER, "byteOrder=",
                file -> file.putInt(FileHeaderLayout.BYTE_ORDER, 0x0D0C0B0A));
        assertBothRefused(Reason.WRONG_BYTE_ORDER, "byteOrder=",
                file -> file.putLong(FileHeaderLayout.MAGIC, Long.reverseBytes(SignalsLayout.MAGIC_VALUE)));
        assertBothRefused(Reason.WRONG_VERSION, "layoutVersion=99 expected=" + SignalsLayout.VERSION,
                file -> file.putInt(FileHeaderLayout.LAYOUT_VERSION, 99));
    }

    @Test
    void shouldRefuseWrongSizesByName() throws IOException {
        assertBothRefused(Reason.WRONG_RECORD_SIZE, "recordBytes=128",
                file -> file.putInt(FileHeaderLayout.RECORD_BYTES, 128));
        assertBothRefused(Reason.WRONG_LENGTH, "states 8191",
                file -> file.putLong(FileHeaderLayout.FILE_LENGTH, 8191));
        assertBothRefused(Reason.WRONG_LENGTH, "it has " + (intact.length - 1) + " bytes",
                file -> file.limit(intact.length - 1));
        assertBothRefused(Reason.WRONG_LENGTH, "it has 0 bytes", file -> file.limit(0));
    }

    @Test
    void shouldRefuseFileOfAnotherBootOrTimeNamespaceByName() throws IOException {
        assertRefused(SubscriberMain.class, Reason.WRONG_BOOT_ID, "bootId=",
                file -> file.putLong(SignalsLayout.BOOT_ID, 42));
        assertRefused(SubscriberMain.class, Reason.WRONG_TIME_NAMESPACE, "offsetNs=1234567",
                file -> file.putLong(SignalsLayout.TIME_NAMESPACE, 42)
                        .putLong(SignalsLayout.MONOTONIC_OFFSET_NS, 1234567));
    }

    @Test
    void shouldRefuseSymbolicLinkInPlaceOfDirectory() throws IOException {
        Path directory = bus.directory().path();
        Path elsewhere = bus.root().resolve("elsewhere");
        Files.move(directory, elsewhere);
        Files.createSymbolicLink(directory, elsewhere);
        assertRefused(SubscriberMain.class, Reason.NOT_A_FILE, directory + ": it is a symbolic link");
        assertRefused(PublisherMain.class, Reason.NOT_A_FILE, directory + ": it is a symbolic link");
        Files.delete(directory);
        Files.move(elsewhere, directory);
    }

    @Test
    void shouldRefuseSymbolicLinkInPlaceOfFile() throws IOException {
        for (Path file : List.of(bus.directory().signals(), bus.directory().doorbell(), bus.directory().lock())) {
            Path elsewhere = file.resolveSibling("elsewhere");
            Files.move(file, elsewhere);
            Files.createSymbolicLink(file, elsewhere);
            byte[] before = Files.readAllBytes(elsewhere);
            assertRefused(PublisherMain.class, Reason.NOT_A_FILE, file + ": it is a symbolic link");
            if (!file.equals(bus.directory().lock())) {
                assertRefused(SubscriberMain.class, Reason.NOT_A_FILE, file + ": it is a symbolic link");
            }
            assertArrayEquals(before, Files.readAllBytes(elsewhere));
            assertTrue(Files.isSymbolicLink(file));
            Files.move(elsewhere, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        bus.publisher("slots=64").quit();
    }

    private void assertBothRefused(Reason reason, String words, Consumer<ByteBuffer> change) throws IOException {
        assertRefused(SubscriberMain.class, reason, words, change);
        assertRefused(PublisherMain.class, reason, words, change);
    }

    private void assertRefused(Class<?> main, Reason reason, String words, Consumer<ByteBuffer> change)
            throws IOException {
        ByteBuffer changed = ByteBuffer.wrap(intact.clone()).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(changed);
        byte[] bytes = new byte[changed.limit()];
        changed.get(0, bytes);
        Files.write(bus.directory().signals(), bytes);
        List<Path> tree = FileTree.of(bus.root());
        assertRefused(main, reason, words);
        assertArrayEquals(bytes, Files.readAllBytes(bus.directory().signals()));
        assertEquals(tree, FileTree.of(bus.root()));
        Files.write(bus.directory().signals(), intact);
    }

    private void assertRefused(Class<?> main, Reason reason, String words) {
        ChildJvm child = bus.start(bus.jvm(main, "slots=64").flags("-XX:TieredStopAtLevel=1"));
        if (main == PublisherMain.class) {
            child.send("open");
        }
        String refusal = child.expect("REFUSED ");
        assertTrue(refusal.startsWith("REFUSED " + reason + " ") && refusal.contains(words), refusal);
        assertEquals(ChildArguments.REFUSED, child.exitCode());
    }
}
