// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.LateFiring;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The daemon's events for the JDK's flight recorder, which are made only while that records, and not at all in a
 * runtime without the module jdk.jfr.
 *
 * <p><b>Threads:</b> any but the timer thread, as events are allocated.
 */
final class FlightEvents {
    private static final boolean IS_THERE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightEvents() {
    }

    static boolean isOn() {
        return IS_THERE && FlightRecorder.isInitialized();
    }

    static void late(LateFiring late) {
        LateEvent event = new LateEvent();
        event.cause = late.cause().label();
        event.lateness = late.latenessNs();
        event.explained = late.causeNs();
        event.detail = late.detail();
        event.signalId = late.signalId();
        event.sequence = late.sequence();
        event.owner = late.owner();
        event.deadline = late.deadlineNs();
        event.mode = late.mode();
        event.commit();
    }

    static void stalled(String thread, LoopStep step, long ns, String stack) {
        if (isOn()) {
            StallEvent event = new StallEvent();
            event.stalledThread = thread;
            event.step = step.toString();
            event.stalled = ns;
            event.stack = stack;
            event.commit();
        }
    }

    @Name("io.tickbus.LateFiring")
    @Label("Late firing")
    @Description("A timer fired later than the daemon's threshold")
    @Category("Tickbus")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // The recorder reads them.
    private static final class LateEvent extends Event {
        @Label("Cause")
        String cause;
        @Label("Lateness")
        @Timespan(Timespan.NANOSECONDS)
        long lateness;
        @Label("Explained by the cause")
        @Timespan(Timespan.NANOSECONDS)
        long explained;
        @Label("Detail")
        long detail;
        @Label("Signal id")
        int signalId;
        @Label("Sequence")
        long sequence;
        @Label("Owner")
        int owner;
        @Label("Deadline, nanoseconds of CLOCK_MONOTONIC")
        long deadline;
        @Label("Mode")
        int mode;
    }

    @Name("io.tickbus.Stall")
    @Label("Stall")
    @Description("A thread of the daemon made no progress")
    @Category("Tickbus")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // The recorder reads them.
    private static final class StallEvent extends Event {
        @Label("Stalled thread")
        String stalledThread;
        @Label("Step")
        String step;
        @Label("Stalled for")
        @Timespan(Timespan.NANOSECONDS)
        long stalled;
        @Label("Stack when it was found")
        String stack;
    }
}
