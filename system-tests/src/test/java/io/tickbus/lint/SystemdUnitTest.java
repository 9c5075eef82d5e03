// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd itself says of the unit that is delivered. */
class SystemdUnitTest {
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final String UNIT = "tickbus@.service";
    /** Tenths of systemd's scale; without any hardening it is 96. */
    private static final int MOST_EXPOSED = 20;

    @TempDir
    private Path folder;

    private Path unit;

    @BeforeEach
    void copyUnit() throws IOException {
        assumeTrue(Files.isExecutable(ANALYZE), "needs systemd: there is no " + ANALYZE);
        String text = Files.readString(ProjectFiles.root().resolve("deploy/systemd").resolve(UNIT));
        // Nothing is installed here.
        unit = Files.writeString(folder.resolve(UNIT), text.replace("/usr/bin/tickbus", "/bin/true"));
    }

    private static void assertSilent(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ANALYZE.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean isUnknown = output.contains("unrecognized option");
        assumeTrue(!isUnknown, () -> "this systemd is too old: " + output);
        assertEquals(0, process.waitFor(), output);
    }

    @Test
    void shouldBeAUnitThatSystemdAccepts() throws IOException, InterruptedException {
        assertSilent("verify", "--man=no", unit.toString());
    }

    @Test
    void shouldExposeLittle() throws IOException, InterruptedException {
        assertSilent("security", "--no-pager", "--offline=true", "--threshold=" + MOST_EXPOSED, unit.toString());
    }
}
