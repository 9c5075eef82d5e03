// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.LateCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is concluded from what. Times are microseconds; the deadline is 1,000,000. */
class CauseRulesTest {
    private static final long US = 1_000;
    private static final long DEADLINE_NS = 1_000_000 * US;

    private final List<DynamicTest> tests = new ArrayList<>();

    /** Of a firing that is published late by this many microseconds, by a thread that was idle before. */
    private static Evidence late(long us) {
        Evidence e = new Evidence();
        e.deadlineNs = DEADLINE_NS;
        e.publishedNs = DEADLINE_NS + us * US;
        e.busySinceNs = e.publishedNs - 2 * US;
        e.plannedWakeNs = Evidence.NEVER;
        e.receivedNs = Evidence.NEVER;
        e.executedNs = Evidence.NEVER;
        e.firings = 1;
        e.after.runNs = 2 * US;
        e.after.safepoints = 1;
        e.before.safepoints = 1;
        return e;
    }

    private static void slept(Evidence e) {
        e.plannedWakeNs = DEADLINE_NS;
    }

    private static void working(Evidence e, long runUs, long firings, long commands) {
        e.busySinceNs = DEADLINE_NS - US;
        e.after.runNs = runUs * US;
        e.firings = firings;
        e.commands = commands;
    }

    private static void armed(Evidence e, long receivedUs, long executedUs) {
        e.receivedNs = DEADLINE_NS + receivedUs * US;
        e.executedNs = DEADLINE_NS + executedUs * US;
    }

    private void expect(LateCause cause, String when, long latenessUs, Consumer<Evidence> given) {
        tests.add(DynamicTest.dynamicTest(cause + " when " + when, () -> {
            Evidence e = late(latenessUs);
            given.accept(e);
            CauseRules.decide(e);
            assertEquals(cause, e.cause);
            assertTrue(2 * e.causeNs >= latenessUs * US, "explains too little: causeNs=" + e.causeNs);
            assertTrue(e.causeNs <= latenessUs * US, "explains too much: causeNs=" + e.causeNs);
        }));
    }

    @TestFactory
    List<DynamicTest> shouldName() {
        waking();
        commands();
        pauses();
        host();
        return tests;
    }

    private void waking() {
        expect(LateCause.PROCESSOR_HALTED, "it slept and nothing counts it", 700, CauseRulesTest::slept);
        expect(LateCause.STOPPED, "it slept far too long and nothing counts it", 50_000, CauseRulesTest::slept);
        expect(LateCause.STOPPED, "it was spinning and nothing counts it", 50_000, e -> { });
        expect(LateCause.UNKNOWN, "it was spinning and is a little late", 700, e -> { });
        expect(LateCause.STOPPED, "it was interrupted in its work", 50_000, e -> working(e, 100, 1, 0));
        expect(LateCause.NOT_SCHEDULED, "it slept and then waited for a processor", 3_000, e -> {
            slept(e);
            e.after.waitNs = 2_900 * US;
        });
        expect(LateCause.NOT_SCHEDULED, "it lost its processor while it was spinning", 3_000,
                e -> e.after.waitNs = 2_900 * US);
        expect(LateCause.NOT_SCHEDULED, "it lost its processor at work", 3_000, e -> {
            working(e, 300, 200, 0);
            e.after.waitNs = 2_900 * US;
        });
        expect(LateCause.HERD, "many fired before it", 20_000, e -> working(e, 20_000, 40_000, 0));
        expect(LateCause.HERD, "many fired before it, and the kernel has not counted the time yet", 8_000,
                e -> working(e, 0, 40_000, 0));
        expect(LateCause.HERD, "it woke in time for many", 20_000, e -> {
            working(e, 19_900, 40_000, 10);
            slept(e);
            e.busySinceNs = DEADLINE_NS + 90 * US;
        });    }

    private void commands() {
        expect(LateCause.COMMAND_BACKLOG, "it read commands all the time", 20_000, e -> working(e, 20_000, 3, 30_000));
        expect(LateCause.COMMAND_BACKLOG, "its own command was behind many", 20_000, e -> {
            working(e, 20_000, 3, 30_000);
            armed(e, 19_990, 19_990);
        });
        expect(LateCause.ARMED_LATE, "the deadline was past when it was armed", 20_000, e -> armed(e, 19_990, 19_990));
        expect(LateCause.ARMED_LATE, "it slept until the command came", 20_000, e -> {
            armed(e, 19_990, 19_990);
            e.plannedWakeNs = DEADLINE_NS + 80_000 * US;
        });
        expect(LateCause.ARMED_LATE, "it was late by less than the command", 20_000, e -> {
            armed(e, 19_990, 19_990);
            e.plannedWakeNs = DEADLINE_NS + 18_000 * US;
        });
        expect(LateCause.STOPPED, "the command came while it was stopped", 20_000, e -> {
            armed(e, 19_990, 19_990);
            e.plannedWakeNs = DEADLINE_NS + 2_000 * US;
        });
        expect(LateCause.JOURNAL, "the command waited for the disk", 20_000, e -> {
            armed(e, -500, 19_990);
            working(e, 20_000, 1, 1);
        });
        expect(LateCause.JOURNAL, "the journal had no room", 20_000, e -> {
            armed(e, 19_990, 19_990);
            e.isJournalBlocked = true;
        });
        expect(LateCause.ARMED_LATE, "it waited for the disk less than it was late", 20_000, e -> {
            armed(e, 15_000, 19_990);
            working(e, 20_000, 1, 1);
        });
        expect(LateCause.CLOCK_STEP, "the clock was set while it slept", 900_000, e -> {
            e.plannedWakeNs = DEADLINE_NS + 880_000 * US;
            e.after.clockSteps = 1;
        });
        expect(LateCause.CLOCK_STEP, "the clock was set while it was spinning", 900_000, e -> e.after.clockSteps = 1);
    }

    private void pauses() {
        expect(LateCause.GC, "the collector counts it", 30_000, e -> {
            slept(e);
            e.after.safepoints = 2;
            e.after.safepointNs = 29_000 * US;
            e.after.collections = 1;
        });
        expect(LateCause.GC, "the time of the safepoint is not counted yet", 30_000, e -> {
            slept(e);
            e.after.safepoints = 2;
            e.after.collections = 1;
        });
        expect(LateCause.GC, "only the collectors count", 30_000, e -> {
            slept(e);
            e.after.safepoints = 0;
            e.before.safepoints = 0;
            e.after.collections = 1;
            e.after.collectionNs = 29_000 * US;
        });
        expect(LateCause.GC, "the collectors count less than a millisecond", 900, e -> {
            slept(e);
            e.after.safepoints = 0;
            e.before.safepoints = 0;
            e.after.collections = 1;
        });
        expect(LateCause.GC, "the command came while all threads were stopped", 30_000, e -> {
            armed(e, 29_980, 29_990);
            e.plannedWakeNs = DEADLINE_NS + 80_000 * US;
            e.after.safepoints = 2;
            e.after.safepointNs = 35_000 * US;
            e.after.collections = 1;
        });
        expect(LateCause.ARMED_LATE, "a collection explains only a little of what the command was late", 30_000, e -> {
            armed(e, 29_980, 29_990);
            e.plannedWakeNs = DEADLINE_NS + 80_000 * US;
            e.after.safepoints = 2;
            e.after.safepointNs = 5_000 * US;
            e.after.collections = 1;
        });
        expect(LateCause.GC, "it came in the middle of its work", 30_000, e -> {
            working(e, 500, 1_000, 0);
            e.after.safepoints = 2;
            e.after.safepointNs = 29_000 * US;
            e.after.collections = 1;
        });
        expect(LateCause.SAFEPOINT, "no collection is counted", 30_000, e -> {
            e.after.safepoints = 2;
            e.after.safepointNs = 29_000 * US;
        });
        expect(LateCause.STOPPED, "a collection explains only a little", 30_000, e -> {
            slept(e);
            e.after.safepoints = 2;
            e.after.safepointNs = 400 * US;
            e.after.collections = 1;
        });
    }

    private void host() {
        expect(LateCause.STOLEN, "the hypervisor counts it", 30_000, e -> {
            slept(e);
            e.after.stealNs = 30_000 * US;
        });
        expect(LateCause.PAGE_FAULT, "it was blocked and memory came from a disk", 30_000, e -> {
            working(e, 200, 2, 0);
            e.after.majorFaults = 40;
        });
        expect(LateCause.PAGE_FAULT, "memory came from a disk so fast that the kernel's own work took longer", 12_000,
                e -> {
                    working(e, 6_400, 2, 0);
                    e.after.majorFaults = 256;
                });
        expect(LateCause.HERD, "a little of its memory came from a disk", 12_000, e -> {
            working(e, 11_500, 40_000, 0);
            e.after.majorFaults = 20;
        });
        expect(LateCause.PAGE_FAULT, "the hypervisor counts less than what was waited for the disk", 24_000, e -> {
            working(e, 6_000, 2, 0);
            e.after.majorFaults = 256;
            e.after.stealNs = 10_000 * US;
        });
        expect(LateCause.PAGE_FAULT, "after each block from the disk it waited for a processor", 30_000, e -> {
            working(e, 2_000, 2, 0);
            e.after.majorFaults = 200;
            e.after.slices = 210;
            e.after.waitNs = 25_000 * US;
        });
        expect(LateCause.NOT_SCHEDULED, "a few blocks came from a disk while others had the processor", 30_000, e -> {
            working(e, 2_000, 2, 0);
            e.after.majorFaults = 2;
            e.after.slices = 10;
            e.after.waitNs = 27_000 * US;
        });
        expect(LateCause.PAGE_FAULT, "memory had to be made ready", 3_000, e -> {
            working(e, 3_000, 2, 0);
            e.after.minorFaults = 1_000;
        });
        expect(LateCause.JIT, "little was done for long, and the compiler worked", 3_000, e -> {
            working(e, 3_000, 2, 0);
            e.after.compilations = 3;
        });
    }

    /** Whatever the numbers are, corrupt ones included, there is an answer that does not exceed the lateness. */
    @Test
    void shouldNeverExplainMoreThanThereIs() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("CauseRulesTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            Evidence e = late(1L + random.nextInt(100_000));
            long span = 1L + random.nextInt(200_000_000);
            e.busySinceNs = e.publishedNs - random.nextLong(span);
            e.plannedWakeNs = random.nextBoolean() ? Evidence.NEVER : DEADLINE_NS - span + random.nextLong(2 * span);
            if (random.nextBoolean()) {
                armed(e, random.nextInt(200_000) - 100_000, random.nextInt(200_000) - 100_000);
            }
            e.isJournalBlocked = random.nextInt(8) == 0;
            e.firings = 1L + random.nextInt(1_000);
            e.commands = random.nextInt(1_000);
            e.after.runNs = random.nextLong(span);
            e.after.waitNs = random.nextInt(4) == 0 ? random.nextLong(span) : 0;
            e.after.stealNs = random.nextInt(8) == 0 ? random.nextLong(span) : 0;
            e.after.safepoints = random.nextInt(3);
            e.after.safepointNs = random.nextInt(4) == 0 ? random.nextLong(span) - span / 4 : 0;
            e.after.collections = random.nextInt(2);
            e.after.majorFaults = random.nextInt(8) / 7;
            e.after.clockSteps = random.nextInt(8) / 7;
            CauseRules.decide(e);
            assertTrue(e.causeNs >= 0 && e.causeNs <= e.publishedNs - e.deadlineNs,
                    "cause=" + e.cause + " causeNs=" + e.causeNs + " -Dseed=" + seed + " i=" + i);
        }
    }
}
