// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A short run of the stress tests: the real ones must pass, the weakened ones must fail. The normal build takes those
 * of the ring, of parking and of sessions; {@code -Psoak} takes all.
 */
@Timeout(840)
class StressIT {
    private static final String STRONG = "io.tickbus.bench.stress.";
    private static final String WEAKENED = STRONG + "weakened.";
    private static final Pattern TEST_CLASS =
            Pattern.compile("io\\.tickbus\\.bench\\.stress\\.[A-Za-z.]+Stress(?![A-Za-z_])");
    /** Which of them, a regular expression of simple names. */
    private static final String WANTED = System.getProperty("tickbus.stress.tests",
            "(TornRead|LapDuringCopy|CommandRing|Parking|Session|StampBeforeFields|ParkingWithoutFence"
                    + "|SessionReadInWrongOrder)Stress");
    private static final Path TARGET = Path.of(System.getProperty("stress.folder"));

    @BeforeEach
    void needsTwoProcessors() {
        boolean areEnough = Runtime.getRuntime().availableProcessors() > 1;
        String reason = "StressIT is skipped: jcstress needs two processors";
        if (!areEnough) {
            System.out.println(reason);
        }
        assumeTrue(areEnough, reason);
    }

    @Test
    void shouldShowNoForbiddenOutcome() throws Exception {
        Set<String> tests = tests(false);
        StressRun run = StressRun.of(TARGET.resolve("strong"), pattern(STRONG, WANTED), 300);
        assertEquals(0, run.exitCode(), run.output());
        assertEquals(0, run.errors() + run.failed(), run.output());
        assertTrue(run.planned() >= tests.size() && run.passed() == run.planned(), run.output());
    }

    @Test
    void shouldFailWhenWeakened() throws Exception {
        Set<String> tests = tests(true);
        assertFalse(tests.isEmpty(), "no weakened test in the jar");
        for (int millis = 300; !tests.isEmpty() && millis <= 10_800; millis *= 6) {
            String names = tests.stream().map(name -> name.substring(WEAKENED.length()))
                    .collect(Collectors.joining("|", "(", ")"));
            StressRun run = StressRun.of(TARGET.resolve("weakened-" + millis), pattern(WEAKENED, names), millis);
            assertEquals(0, run.errors(), run.output());
            tests.removeIf(run::hasFailed);
        }
        assertEquals(Set.of(), tests, "weakened, and yet they did not fail");
    }

    private static String pattern(String packagePrefix, String rest) {
        return packagePrefix.replace(".", "\\.") + rest;
    }

    /** What the annotation processor listed, so that a test which is left out of the jar does not go unnoticed. */
    private static Set<String> tests(boolean weakened) throws IOException {
        try (InputStream list = StressIT.class.getResourceAsStream("/META-INF/TestList")) {
            Set<String> names = new TreeSet<>();
            Matcher matcher = TEST_CLASS.matcher(new String(list.readAllBytes(), StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                names.add(matcher.group());
            }
            names.removeIf(name -> name.startsWith(WEAKENED) != weakened);
            names.removeIf(name -> !name.substring(name.lastIndexOf('.') + 1).matches(WANTED));
            return names;
        }
    }
}
