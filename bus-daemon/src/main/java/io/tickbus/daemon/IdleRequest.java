// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.file.ProcessorIdleLimits;
import java.io.IOException;
import java.nio.file.Path;

/** What the daemon asks of idle processors while it runs; nothing unless its settings say so. */
public final class IdleRequest {
    private static final long SOME_PROCESSORS = 1L << 32;

    private final DaemonSettings.Idle settings;
    private final Runnable release;

    private IdleRequest(DaemonSettings.Idle settings, Runnable release) {
        this.settings = settings;
        this.release = release;
    }

    /** Restores what a daemon that was killed has changed, then makes the request. The caller owns the bus. */
    static IdleRequest make(BusDirectory bus, Path processors, DaemonSettings.Idle settings, DaemonLog log) {
        try {
            ProcessorIdleLimits.restore(bus.idle(), processors);
        } catch (IOException e) {
            log.warn("processors-not-restored", "file", bus.idle(), "why", e, "remedy",
                    "start and stop the daemon once as the user that made the file");
        }
        if (settings.latencyUs() == DaemonSettings.Idle.OFF) {
            return new IdleRequest(settings, () -> { });
        }
        return new IdleRequest(settings, settings.cpus().isEmpty() ? IdleLatency.hold(settings.latencyUs())::close
                : ProcessorIdleLimits.hold(bus.idle(), processors, settings.cpus(), settings.latencyUs())::close);
    }

    /** Ends it. */
    void release() {
        release.run();
    }

    /** For {@link DaemonCounter#IDLE_LATENCY}: 0 for none, else microseconds plus 1, plus 2³² if of some processors. */
    long code() {
        return settings.latencyUs() + 1L + (settings.cpus().isEmpty() ? 0 : SOME_PROCESSORS);
    }

    /** That counter's value in words; null for none. */
    public static String describe(long code) {
        return code == 0 ? null : (int) (code - 1) + " us on " + (code < SOME_PROCESSORS ? "all" : "some")
                + " processors";
    }
}
