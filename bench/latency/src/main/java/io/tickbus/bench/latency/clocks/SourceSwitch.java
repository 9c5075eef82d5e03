// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import io.tickbus.bench.latency.harness.CleanupGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Changes the kernel's clock source and restores the one that was there, also when this process is killed. */
final class SourceSwitch implements AutoCloseable {
    private static final String RESTORE = "printf '%s\\n' \"$1\" >\"$2\"";

    private final Path file;
    private final String original;
    private final CleanupGuard guard;

    private SourceSwitch(Path file, String original, CleanupGuard guard) {
        this.file = file;
        this.original = original;
        this.guard = guard;
    }

    /** Begins: the source that is there now is the one that is restored. */
    static SourceSwitch open(Path file) throws IOException {
        String original = Files.readString(file, StandardCharsets.US_ASCII).strip();
        return new SourceSwitch(file, original, CleanupGuard.running(RESTORE, original, file.toString()));
    }

    /** Throws where the kernel does not accept it. */
    void choose(String source) throws IOException {
        Files.writeString(file, source + "\n", StandardCharsets.US_ASCII);
        String now = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (!now.equals(source)) {
            throw new IOException("the kernel keeps " + now);
        }
    }

    @Override
    public void close() throws IOException {
        guard.close();
        if (!Files.readString(file, StandardCharsets.US_ASCII).strip().equals(original)) {
            // Somebody has ended the guard: then it is done here.
            choose(original);
        }
    }
}
