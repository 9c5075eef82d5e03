// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A C source of ours, compiled into the run's directory with the {@code cc} that is found. */
enum CLibrary {
    FLOOR("floor.c"),
    READER("reader.c", "tickbus.h", "tickbus_format.h", "tickbus_publish.h");

    private static final long COMPILER_TIMEOUT_S = 60;

    @SuppressWarnings("ImmutableEnumChecker") // it cannot be changed
    private final List<String> sources;

    CLibrary(String... sources) {
        this.sources = List.of(sources);
    }

    private Path file(Path directory) {
        return directory.resolve("lib" + sources.get(0).replace(".c", ".so"));
    }

    /** Compiles it; the reason where that is not possible. */
    Optional<String> compile(Path directory) throws IOException, InterruptedException {
        for (String source : sources) {
            try (InputStream in = CLibrary.class.getResourceAsStream(source)) {
                Files.copy(in, directory.resolve(source));
            }
        }
        Process compiler;
        try {
            String source = directory.resolve(sources.get(0)).toString();
            compiler = new ProcessBuilder(List.of("cc", "-std=gnu11", "-O2", "-shared", "-fPIC", "-o",
                    file(directory).toString(), source)).redirectErrorStream(true).start();
        } catch (IOException e) {
            return Optional.of("there is no C compiler 'cc' on the PATH");
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean isDone = compiler.waitFor(COMPILER_TIMEOUT_S, TimeUnit.SECONDS) && compiler.exitValue() == 0;
        return isDone ? Optional.empty() : Optional.of("cc failed: " + said.lines().findFirst().orElse("no message"));
    }

    NativeLibrary load(Path directory) {
        return NativeLibrary.getInstance(file(directory).toString());
    }
}
