// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.file.ProcessorIdleLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the daemon asks of idle processors while it runs; nothing unless its settings say so. */
public final class IdleRequest {
    private static final long SOME_PROCESSORS = 1L << 32;

    /** Null for no request. */
    private final Integer latencyUs;
    /** Empty for all. */
    private final List<Integer> cpus;
    private final Runnable release;

    private IdleRequest(Integer latencyUs, List<Integer> cpus, Runnable release) {
        this.latencyUs = latencyUs;
        this.cpus = cpus;
        this.release = release;
    }

    /** Restores what a daemon that was killed has changed, then makes the request. The caller owns the bus. */
    static IdleRequest make(BusDirectory bus, Path processors, DaemonSettings settings, DaemonLog log) {
        try {
            ProcessorIdleLimits.restore(bus.idle(), processors);
        } catch (IOException e) {
            log.warn("processors-not-restored", "file", bus.idle(), "why", e, "remedy",
                    "start and stop the daemon once as the user that made the file");
        }
        Integer latencyUs = settings.value(DaemonSetting.IDLE_LATENCY);
        List<Integer> cpus = cpus(settings);
        Runnable release = latencyUs == null ? () -> { } : cpus.isEmpty() ? IdleLatency.hold(latencyUs)::close
                : limits(bus, processors, cpus, latencyUs, log)::close;
        return new IdleRequest(latencyUs, cpus, release);
    }

    private static ProcessorIdleLimits limits(BusDirectory bus, Path processors, List<Integer> cpus, int latencyUs,
            DaemonLog log) {
        ProcessorIdleLimits limits = ProcessorIdleLimits.hold(bus.idle(), processors, cpus, latencyUs);
        if (!limits.limitedBefore().isEmpty()) {
            log.warn("processors-limited-before", "cpus", limits.limitedBefore(), "why", "another daemon, or somebody "
                    + "else, limits them too, and the first that ends removes the limit of both", "remedy",
                    "give each daemon processors of its own, or limit the whole host: leave out idle.cpus");
        }
        return limits;
    }

    /** With that of the timer thread, for which it is done in the first place; none for all of the host. */
    private static List<Integer> cpus(DaemonSettings settings) {
        Set<Integer> cpus = new TreeSet<>(settings.value(DaemonSetting.IDLE_CPUS));
        Integer ofTimerThread = settings.value(DaemonSetting.CPU);
        if (!cpus.isEmpty() && ofTimerThread != null) {
            cpus.add(ofTimerThread);
        }
        return List.copyOf(cpus);
    }

    /** Ends it. */
    void release() {
        release.run();
    }

    /** For {@link DaemonCounter#IDLE_LATENCY}: 0 for none, else microseconds plus 1, plus 2³² if of some processors. */
    long code() {
        return latencyUs == null ? 0 : latencyUs + 1L + (cpus.isEmpty() ? 0 : SOME_PROCESSORS);
    }

    /** That counter's value in words; null for none. */
    public static String describe(long code) {
        return code == 0 ? null : (int) (code - 1) + " us on " + (code < SOME_PROCESSORS ? "all" : "some")
                + " processors";
    }
}
