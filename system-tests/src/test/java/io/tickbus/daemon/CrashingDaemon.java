// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalProvider;
import io.tickbus.timer.TimerEngine;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Opens a daemon with a hook at each of its steps. */
public final class CrashingDaemon {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private CrashingDaemon() {
    }

    /** The hook is called with the name of each step, on the timer thread. */
    public static TimerDaemon open(BusDirectory directory, SignalsOptions options, DaemonLog log,
            JournalOptions journal, JournalProvider provider, Consumer<String> hook) {
        DaemonContext context = DaemonContext.of(directory).signals(options).log(log).journal(journal);
        context.journalProvider = provider;
        context.timeoutNs = TIMEOUT_NS;
        context.crash = hook::accept;
        return TimerDaemon.open(context);
    }

    /** A daemon whose CLOCK_REALTIME is the test's, and read on the timer thread. */
    public static TimerDaemon open(DaemonContext context, LongSupplier calendarOffset) {
        context.engine = TimerEngine.create(context.settings.quotas(), 1 << 16, calendarOffset);
        return TimerDaemon.open(context);
    }
}
