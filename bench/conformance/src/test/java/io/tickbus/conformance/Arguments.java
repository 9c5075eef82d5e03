// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.BusDirectory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The options of a conformance program: {@code --name value}, in any order. */
final class Arguments {
    private final Map<String, String> values = new HashMap<>();

    Arguments(String... words) {
        for (int i = 1; i + 1 < words.length; i += 2) {
            values.put(words[i], words[i + 1]);
        }
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    long number(String name, long otherwise) {
        return Long.parseLong(text(name, String.valueOf(otherwise)));
    }

    long timeoutNs() {
        return TimeUnit.MILLISECONDS.toNanos(number("--timeout-ms", 10_000));
    }

    BusDirectory bus() {
        Path path = Path.of(values.get("--bus"));
        return BusDirectory.at(path.getParent(), path.getFileName().toString());
    }
}
