// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.Platform;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlatformsIT {
    @TempDir
    Path folder;

    @BeforeEach
    void requireLinux() {
        OnLinux.platform();
    }

    @Test
    void shouldBeFoundByServiceLoader() {
        assertTrue(ServiceLoader.load(Platform.class).stream().anyMatch(found -> found.type() == LinuxPlatform.class));
        assertTrue(Platforms.current() instanceof LinuxPlatform, Platforms::reason);
        assertTrue(Platforms.reason().startsWith("Linux "), Platforms::reason);
    }

    @Test
    void shouldFallBackWithReasonWhenJnaCannotUnpack() throws Exception {
        // Below a file, so that JNA cannot create the folder, which it tries to do.
        Path impossible = Files.createFile(folder.resolve("file")).resolve("folder");
        assertFallsBack("-Djna.tmpdir=FOLDER", "-Dtickbus.native=jna", "-Djna.nosys=true",
                "-Djna.tmpdir=" + impossible);
    }

    @Test
    @EnabledForJreRange(minVersion = 22, disabledReason = "earlier JDKs have no foreign function API")
    void shouldNeedNoJnaWhenJdkHasForeignFunctions() throws Exception {
        ChildJvm.Builder builder = new ChildJvm.Builder(folder, Reason.class, List.of()).accessFlagsOfThisJvm()
                .classPath(ChildJvm.classPathOf("native", "bus-core"));
        try (ChildJvm jvm = builder.start()) {
            String description = jvm.line();
            assertTrue(description.endsWith(" over FFM"), description);
            assertEquals(description, jvm.line());
            assertEquals("slept", jvm.line());
            assertEquals(null, jvm.line());
            assertEquals("", jvm.errors());
        }
    }

    @Test
    void shouldObeyPropertyThatChoosesImplementation() throws Exception {
        try (ChildJvm jvm = new ChildJvm.Builder(folder, Reason.class, List.of()).accessFlagsOfThisJvm()
                .flags("-Dtickbus.native=jna").start()) {
            String description = jvm.line();
            assertTrue(description.endsWith(" over JNA"), description);
        }
        assertFallsBack("-Dtickbus.native=none turns", "-Dtickbus.native=none");
        assertFallsBack("say ffm, jna or none", "-Dtickbus.native=c");
    }

    @Test
    @EnabledForJreRange(maxVersion = 21, disabledReason = "this JDK has the foreign function API")
    void shouldFallBackWithReasonWhenForeignFunctionsAreMissing() throws Exception {
        assertFallsBack("use JDK 22 or newer", "-Dtickbus.native=ffm");
    }

    @Test
    void shouldFallBackWithReasonOnOtherSystems() throws Exception {
        assertFallsBack("os.name=Plan 9", "-Dos.name=Plan 9");
        assertFallsBack("os.arch=riscv64", "-Dos.arch=riscv64");
    }

    @Test
    @EnabledForJreRange(minVersion = 24, disabledReason = "earlier JDKs cannot deny native code")
    void shouldFallBackWithReasonWhenNativeCodeIsDenied() throws Exception {
        assertFallsBack("allow native code with --enable-native-access", "--enable-native-access=java.base",
                "--illegal-native-access=deny");
    }

    private void assertFallsBack(String expected, String... options) throws Exception {
        try (ChildJvm jvm = new ChildJvm.Builder(folder, Reason.class, List.of()).flags(options).start()) {
            assertEquals("portable Java", jvm.line());
            String reason = jvm.line();
            assertTrue(reason.startsWith("portable waiting, because ") && reason.contains(expected), reason);
            assertEquals(null, jvm.line());
        }
    }

    /** Prints which platform was chosen, and why. */
    static final class Reason {
        private Reason() {
        }

        public static void main(String[] args) {
            System.out.println(Platforms.current().description());
            System.out.println(Platforms.reason());
            if (Platforms.current().hasFutex()) {
                Platforms.current().futexWord(SharedRegion.allocate(Long.BYTES), 0).await(0, System.nanoTime());
                System.out.println("slept");
            }
        }
    }
}
