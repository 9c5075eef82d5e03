// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.tickbus.bench.latency.transport.Transports;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts a burst's system calls in a trace. The beginning and the end of a burst are marked by calls of close(2) with
 * a descriptor that does not exist, which fail and show in the trace.
 */
final class SystemCallMarks {
    private static final int BEGIN = -100_000;
    private static final int END = -200_000;
    private static final long TRACED_GAP_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
    private static final Pattern MARK = Pattern.compile("close\\((-[12]\\d{5})\\b.*");

    static {
        Native.register(SystemCallMarks.class, NativeLibrary.getProcess());
    }

    private SystemCallMarks() {
    }

    private static native int close(int fd);

    /** The time between two messages. A sleeper needs more of it while each of its calls is traced. */
    static long gapNs(Leg leg) {
        return leg.isSpinning() ? leg.gapNs() : TRACED_GAP_NS;
    }

    static void begin(int leg) {
        close(BEGIN - leg);
    }

    static void end(int leg) {
        close(END - leg);
    }

    /**
     * Counts the calls between the marks of each leg by the thread that made the marks; for java-signal by all threads,
     * since the JVM passes each signal from one thread to another.
     *
     * @param trace lines of {@code strace -f}: a thread's number and a call, or the second half of a call
     */
    static long[] count(List<String> trace, List<Leg> legs) {
        long[] counts = new long[legs.size()];
        int leg = -1;
        String marker = "";
        for (String line : trace) {
            Matcher fields = LINE.matcher(line);
            if (!fields.matches()) {
                continue;
            }
            String call = fields.group(2);
            Matcher mark = MARK.matcher(call);
            if (mark.matches()) {
                int number = Integer.parseInt(mark.group(1));
                leg = number > END ? BEGIN - number : -1;
                marker = fields.group(1);
            } else if (leg >= 0 && leg < counts.length && !isContinued(call)
                    && (legs.get(leg).transport() == Transports.JAVA_SIGNAL
                            || fields.group(1).equals(marker))) {
                counts[leg]++;
            }
        }
        return counts;
    }

    /** Whether a line is the second half of an interrupted call, or no call at all. */
    private static boolean isContinued(String call) {
        return call.startsWith("<...") || call.startsWith("---") || call.startsWith("+++");
    }
}
