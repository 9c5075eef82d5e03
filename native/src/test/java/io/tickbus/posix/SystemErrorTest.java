// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.internal.platform.SystemError;
import io.tickbus.testkit.ChildJvm;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SystemErrorTest {
    private static final Path FULL = Path.of("/dev/full");

    /** Prints Java's message about a full device, and whether it is recognised as one. */
    static final class Main {
        private Main() {
        }

        public static void main(String[] args) throws IOException {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            try (OutputStream full = new FileOutputStream(FULL.toFile())) {
                full.write(1);
            } catch (IOException e) {
                out.println(SystemError.NO_SPACE.isIn(e.getMessage()) + " " + e.getMessage());
            }
            try (FileChannel full = FileChannel.open(FULL, StandardOpenOption.WRITE)) {
                full.write(ByteBuffer.allocate(1));
            } catch (IOException e) {
                out.println(SystemError.NO_SPACE.isIn(e.getMessage()) + " " + e.getMessage());
            }
        }
    }

    @Test
    void shouldKnowFullDeviceInTheUsersLanguage() {
        OnLinux.platform();
        assumeTrue(Files.exists(FULL), "skipped: there is no /dev/full");
        List<String> german = List.of("env", "LC_ALL=C.UTF-8", "LANGUAGE=de");
        try (ChildJvm jvm = new ChildJvm.Builder(Path.of(""), Main.class, List.of()).accessFlagsOfThisJvm()
                .under(german).start()) {
            String first = String.valueOf(jvm.line());
            String second = String.valueOf(jvm.line());
            assumeTrue(!first.contains("No space"), "skipped: the system has no German texts");
            assertEquals("true", first.substring(0, first.indexOf(' ')), first);
            assertEquals(first, second);
        }
    }

    @Test
    void shouldTellErrorsApart() {
        OnLinux.platform();
        for (SystemError error : SystemError.values()) {
            assertFalse(error.isIn(null));
            assertFalse(error.isIn("Is a directory"));
        }
    }
}
