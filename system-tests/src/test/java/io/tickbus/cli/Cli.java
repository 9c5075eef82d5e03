// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs commands, each in a JVM of its own, from the built classes. */
final class Cli {
    private Cli() {
    }

    static ChildJvm start(Path folder, Object... args) {
        return jvm(folder, Tickbus.class, args).start();
    }

    static ChildJvm start(Path folder, Map<String, String> environment, Object... args) {
        return jvm(folder, Tickbus.class, args).environment(environment).start();
    }

    /** Starts a command under another one that runs the rest of its line, such as {@code unshare}. */
    static ChildJvm under(List<String> prefix, Path folder, Class<?> main, Object... args) {
        return jvm(folder, main, args).under(prefix).start();
    }

    private static ChildJvm.Builder jvm(Path folder, Class<?> main, Object... args) {
        return new ChildJvm.Builder(folder, main, Stream.of(args).map(Object::toString).toList())
                .accessFlagsOfThisJvm().flags("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    /** Its next line, which must be a JSON object. */
    static Map<String, Object> jsonLine(ChildJvm process) throws IOException {
        String line = process.line();
        assertTrue(line != null, () -> "no more output: " + process.transcript());
        return JSON.std.mapFrom(line);
    }

    /** All of its output, which must be one JSON object. */
    static Map<String, Object> json(ChildJvm process) throws IOException {
        return JSON.std.mapFrom(process.rest());
    }
}
