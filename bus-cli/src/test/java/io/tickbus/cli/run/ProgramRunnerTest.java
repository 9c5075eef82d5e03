// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs; each waits for a file or for its end, never for a time. */
@Timeout(60)
class ProgramRunnerTest {
    private static final long NO_TIMEOUT = Long.MAX_VALUE;
    /** Of this JVM only: others may run this test on this host. */
    private static final String SLEEP = "sleep " + (1_000_000 + ProcessHandle.current().pid());

    private final BlockingQueue<ProgramRun> ended = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;
    private List<String> program;

    private ProgramRunner runner(OverlappingRun overlapping, long timeoutNs, String script) {
        // A process that outlived its test would keep this JVM's output open, for which the build waits.
        program = List.of("/bin/sh", "-c", "exec > /dev/null 2>&1; " + script);
        return new ProgramRunner(overlapping, timeoutNs, ended::add).start();
    }

    private ProgramRun run(long sequence) {
        return new ProgramRun(program, "md", new SignalRecord().clear().signalId(42).key(7)
                .payload(new byte[] {1, (byte) 0xAB}).sequence(sequence));
    }

    private ProgramRun next() throws InterruptedException {
        ProgramRun run = ended.poll(30, TimeUnit.SECONDS);
        assertTrue(run != null, "no run has ended");
        return run;
    }

    private static String counted(ProgramRun run) {
        StringBuilder counted = new StringBuilder();
        run.count((outcome, exitCode, durationNs) -> counted.append(outcome).append(' ').append(exitCode));
        return counted.toString();
    }

    private String child() {
        return SLEEP + " & touch " + folder + "/on; wait; true";
    }

    /** A shell that has been told to end leaves its children behind. */
    private static void assertNoChild() {
        assertTrue(ProcessHandle.allProcesses().noneMatch(process -> process.info().commandLine().orElse("")
                .contains(SLEEP)));
    }

    private void awaitFile(String name) {
        while (!Files.exists(folder.resolve(name))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldTellProgramItsSignalAndReportExitCode() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, NO_TIMEOUT, "echo \"$TICKBUS_BUS $TICKBUS_SEQUENCE "
                + "$TICKBUS_SIGNAL_ID $TICKBUS_KEY $TICKBUS_PAYLOAD\" > " + folder + "/out; exit 3")) {
            assertTrue(runner.offer(run(5)));
            ProgramRun run = next();
            assertEquals("exit 3", run.outcome());
            assertEquals("exited 3", counted(run));
            assertTrue(run.isFailed());
            assertEquals("md 5 42 7 01ab\n", Files.readString(folder.resolve("out")));
        }
    }

    @Test
    void shouldSkipWhileOneRuns() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, NO_TIMEOUT, "touch " + folder + "/on; "
                + "while [ ! -e " + folder + "/go ]; do sleep 0.01; done")) {
            assertTrue(runner.offer(run(1)));
            awaitFile("on");
            assertFalse(runner.offer(run(2)));
            Files.createFile(folder.resolve("go"));
            assertEquals("exit 0", next().outcome());
            assertEquals(1, runner.skipped());
        }
        assertTrue(ended.isEmpty());
    }

    @Test
    void shouldRunQueuedOnesInOrder() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.QUEUE, NO_TIMEOUT,
                "echo $TICKBUS_SEQUENCE >> " + folder + "/out")) {
            for (int i = 0; i < 20; i++) {
                assertTrue(runner.offer(run(i)));
            }
            runner.drain();
        }
        assertEquals(20, ended.size());
        List<String> lines = Files.readAllLines(folder.resolve("out"));
        for (int i = 0; i < 20; i++) {
            assertEquals(Integer.toString(i), lines.get(i));
        }
    }

    @Test
    void shouldKillOneThatRunsForTheNext() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.KILL, NO_TIMEOUT, "[ $TICKBUS_SEQUENCE = 2 ] && exit 0; "
                + SLEEP + " & touch " + folder + "/on$TICKBUS_SEQUENCE; wait")) {
            assertTrue(runner.offer(run(1)));
            awaitFile("on1");
            assertTrue(runner.offer(run(2)));
            assertEquals("killed", next().outcome());
            assertEquals("exit 0", next().outcome());
        }
    }

    @Test
    void shouldEndWhatRunsTooLongOrWhenClosed() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, TimeUnit.SECONDS.toNanos(3), child())) {
            assertTrue(runner.offer(run(1)));
            ProgramRun timedOut = next();
            assertEquals("timed out", timedOut.outcome());
            assertTrue(counted(timedOut).startsWith("timed_out "), () -> counted(timedOut));
            assertTrue(timedOut.isFailed());
            assertNoChild();
            Files.delete(folder.resolve("on"));
        }
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, NO_TIMEOUT, child())) {
            assertTrue(runner.offer(run(1)));
            awaitFile("on");
        }
        assertEquals("killed", next().outcome());
        assertNoChild();
    }

    /** Its children end at once, so that only the group connects the sleeping ones with the program. */
    @Test
    void shouldEndProcessesThatProgramIsStarting() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, NO_TIMEOUT, "n=0; while :; do (" + SLEEP + " &); "
                + "n=$((n + 1)); [ $n != 20 ] || touch " + folder + "/on; done")) {
            assertTrue(runner.offer(run(1)));
            awaitFile("on");
        }
        assertEquals("killed", next().outcome());
        assertNoChild();
    }

    @Test
    void shouldKillOneThatIsJustBeingStarted() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.KILL, NO_TIMEOUT,
                "[ $TICKBUS_SEQUENCE = 9 ] || exec sleep 1000")) {
            for (int i = 0; i < 10; i++) {
                assertTrue(runner.offer(run(i)));
            }
            ProgramRun last = next();
            while (last.sequence != 9) {
                assertEquals("killed", last.outcome());
                last = next();
            }
            assertEquals("exit 0", last.outcome());
            assertEquals(10 - runner.skipped(), runner.taken());
        }
    }

    @Test
    void shouldPassOnWhatListenerThrows() throws Exception {
        program = List.of("/bin/true");
        try (ProgramRunner runner = new ProgramRunner(OverlappingRun.QUEUE, NO_TIMEOUT, run -> {
            ended.add(run);
            throw new IllegalStateException("of the test");
        }).start()) {
            assertTrue(runner.offer(run(1)));
            assertTrue(runner.offer(run(2)));
            runner.drain();
            assertEquals(2, ended.size());
            assertThrows(IllegalStateException.class, runner::check);
        }
    }

    @Test
    void shouldReportProgramThatCannotBeStarted() throws Exception {
        try (ProgramRunner runner = runner(OverlappingRun.SKIP, NO_TIMEOUT, "")) {
            program = List.of(folder.resolve("none").toString());
            assertTrue(runner.offer(run(1)));
            ProgramRun run = next();
            assertEquals("not started", run.outcome());
            assertEquals("not_started -1", counted(run));
            assertTrue(run.isFailed());
            assertEquals(Set.of("TICKBUS_BUS", "TICKBUS_SEQUENCE", "TICKBUS_SIGNAL_ID", "TICKBUS_KEY", "TICKBUS_OWNER",
                    "TICKBUS_DEADLINE_NS", "TICKBUS_PUBLISHED_NS", "TICKBUS_OCCURRENCE", "TICKBUS_MISSED",
                    "TICKBUS_FLAGS", "TICKBUS_PAYLOAD"), run.environment.keySet());
        }
    }
}
