// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkTest {
    @TempDir
    private Path home;

    @Test
    void shouldReadVersions() {
        assertEquals(Optional.of("25.0.3"), Jdk.version("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\nOS=\"y\"\n"));
        assertEquals(Optional.empty(), Jdk.version("nothing"));
        assertEquals(8, Jdk.feature("1.8.0_302"));
        assertEquals(17, Jdk.feature("17.0.15"));
        assertEquals(26, Jdk.feature("26-ea"));
    }

    @Test
    void shouldFindTheRunningOneOnceAndRefuseWhatIsNone() throws Exception {
        List<Jdk> found = Jdk.find(List.of(Path.of(System.getProperty("java.home"))));
        assertEquals(Jdk.running(), found.get(0));
        assertEquals(1, found.stream().filter(jdk -> jdk.version().equals(Jdk.running().version())).count());
        assertThrows(IllegalArgumentException.class, () -> Jdk.find(List.of(home)));
    }

    @Test
    void shouldLeaveOutOneThatIsTooOld() throws Exception {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.createFile(java);
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        assertEquals(Optional.empty(), Jdk.of(home));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"21.0.2\"\n");
        assertEquals(Optional.of(new Jdk("21.0.2", java)), Jdk.of(home));
    }
}
