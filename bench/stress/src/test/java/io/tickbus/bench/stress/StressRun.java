// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.stress;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of {@code jcstress.jar} in a process of its own, short: one JVM configuration, compilers as they come.
 *
 * @param exitCode 0 where no outcome was forbidden
 * @param output   what it printed
 */
record StressRun(int exitCode, String output) {
    private static final Pattern SUMMARY = Pattern.compile(
            "\\(Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs\\)");
    private static final long TIMEOUT_S = 420;

    /**
     * Runs the tests whose class names match.
     *
     * @param folder        results and output go there
     * @param tests         regular expression
     * @param millisPerTest time per test and JVM configuration
     */
    static StressRun of(Path folder, String tests, int millisPerTest) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path log = folder.resolve("output.txt");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(java, "-jar", System.getProperty("jcstress.jar"),
                "-t", tests, "-r", "report", "-f", "1", "-fsm", "1", "-iters", "1",
                "-time", Integer.toString(millisPerTest), "-sc", "false", "-af", "NONE", "-jvmArgs", "-Xms64m"))
                .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile())
                .redirectInput(new File("/dev/null")).start();
        try {
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new AssertionError("jcstress did not end within " + TIMEOUT_S + " s:\n" + Files.readString(log));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new StressRun(process.exitValue(), Files.readString(log));
    }

    /** Whether a test of that class name ended with an outcome that is forbidden. */
    boolean hasFailed(String className) {
        return output.contains("[FAILED] " + className);
    }

    int planned() {
        return summary(1);
    }

    int passed() {
        return summary(2);
    }

    int failed() {
        return summary(3);
    }

    /** Tests that did not run as they should, which proves nothing in either direction. */
    int errors() {
        return summary(4) + summary(5);
    }

    private int summary(int group) {
        int found = -1;
        for (Matcher matcher = SUMMARY.matcher(output); matcher.find(); ) {
            found = Integer.parseInt(matcher.group(group));
        }
        return found;
    }
}
