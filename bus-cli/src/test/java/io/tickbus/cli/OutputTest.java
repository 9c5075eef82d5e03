// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class OutputTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path folder;

    private CliRun run(OutputStream out, String line) {
        StringWriter err = new StringWriter();
        int exitCode = Tickbus.run(new PrintWriter(new Output(out), false, StandardCharsets.UTF_8),
                new PrintWriter(err, true), line.split(" ", -1));
        return new CliRun(exitCode, "", err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "arm --help", "journal --help", "help", "stat", "stat --json",
        "stat --watch", "clock --json", "publish 1", "publish 1 --json", "dump", "dump --json", "daemon --every 1ms:1",
        "doctor --help"})
    void shouldFailInOneLineWhenOutputCannotBeWritten(String line) throws IOException {
        assumeTrue(Files.exists(FULL), "skipped: there is no /dev/full");
        CliRun.of("publish", "1", "--dir", folder);
        try (OutputStream full = new FileOutputStream(FULL.toFile())) {
            boolean isWithoutBus = line.contains("help") || line.contains("version") || line.contains("clock");
            CliRun run = run(full, isWithoutBus ? line : line + " --dir " + folder);
            assertEquals(Tickbus.FAILED, run.exitCode(), run.err());
            assertEquals("tickbus: standard output cannot be written: No space left on device; print to another place",
                    run.err().strip());
        }
    }

    @Test
    void shouldEndQuietlyWhenReaderHasSeenEnough() {
        CliRun run = run(new OutputStream() {
            @Override
            public void write(int letter) throws IOException {
                throw new IOException("Broken pipe");
            }
        }, "stat --watch --dir " + folder);
        assertEquals(new CliRun(Tickbus.DONE, "", ""), run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stat nobody", "dump nobody", "reload nobody", "list --bus nobody", "cancel 1",
        "arm --key 1", "tail --timeout 0", "tail --count 0", "publish x", "replay --from 0 --journal /nowhere",
        "nonsense"})
    void shouldPrintAnErrorAsObjectWithJson(String line) throws IOException {
        List<String> args = new ArrayList<>(List.of(line.split(" ", -1)));
        args.addAll(List.of("--json", "--dir", folder.toString()));
        CliRun run = CliRun.of(args.toArray());
        Map<String, Object> object = JSON.std.mapFrom(run.out());
        assertEquals("error", object.get("type"));
        assertEquals(run.exitCode(), object.get("exitCode"));
        assertTrue(run.err().contains((String) object.get("error")), run.err());
        assertTrue(run.exitCode() != Tickbus.DONE && object.get("reason") instanceof String, run.out());
    }
}
