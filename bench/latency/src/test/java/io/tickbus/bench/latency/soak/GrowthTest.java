// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GrowthTest {
    private static final int SAMPLES = 20;
    private static final long KB = 100_000;

    private static List<String> growth(IntFunction<Footprint> sample) {
        return Growth.of("daemon", IntStream.range(0, SAMPLES).mapToObj(sample).toList());
    }

    @Test
    void shouldAcceptWhatOnlyAJvmsStartIsThereFor() {
        assertEquals(List.of(),
                growth(i -> new Footprint(i < 5 ? KB / 2 : KB + i % 3, 90 + i % 9, 17, 20 + i % 2, 10)));
    }

    @Test
    void shouldNameEachThatGrows() {
        assertEquals(List.of("daemon: resident memory, kB: grew from 105000 to 115000"),
                growth(i -> new Footprint(KB + 1_000L * i, 90, 17, 20, 10)));
        assertEquals(List.of("daemon: mapped files: grew from 77 to 88"),
                growth(i -> new Footprint(KB, 72 + i + i / 10, 17, 20, 10)));
        assertEquals(List.of("daemon: open descriptors: grew from 17 to 18"),
                growth(i -> new Footprint(KB, 90, i < 12 ? 17 : 18, 20, 10)));
        assertEquals(List.of("daemon: threads: grew from 20 to 23", "daemon: files: grew from 10 to 20"),
                growth(i -> new Footprint(KB, 90, 17, i < 12 ? 20 : 23, 5 + i)));
    }

    @Test
    void shouldAcceptWhatIsThereForAMoment() {
        assertEquals(List.of(),
                growth(i -> new Footprint(i > 17 ? 2 * KB : KB, i % 4 == 3 ? 120 : 90, i == 16 ? 21 : 17, 20, 10)));
    }

    @Test
    void shouldNotJudgeAFewSamples() {
        assertEquals(1, Growth.of("daemon", List.of(new Footprint(KB, 90, 17, 20, 10))).size());
    }
}
