// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.ServiceNotifier;
import io.tickbus.daemon.TimerDaemon;
import java.util.function.Supplier;

/**
 * The action at SIGHUP: has the daemon reload the settings, and logs why not where they are refused.
 *
 * <p><b>Threads:</b> any, one after the other.
 */
final class SettingsReload {
    private final TimerDaemon daemon;
    private final DaemonLog log;
    private final ServiceNotifier notifier;
    private final Supplier<DaemonSettings> source;

    SettingsReload(TimerDaemon daemon, DaemonLog log, ServiceNotifier notifier, Supplier<DaemonSettings> source) {
        this.daemon = daemon;
        this.log = log;
        this.notifier = notifier;
        this.source = source;
    }

    /** Two signals at once would read and count at once. */
    synchronized void run() {
        notifier.reloading();
        boolean isAccepted = reload();
        notifier.reloaded(isAccepted ? "Settings reloaded"
                : "New settings refused, see the log; the former ones are in force");
    }

    private boolean reload() {
        try {
            daemon.reload(source.get());
            return true;
        } catch (RuntimeException e) {
            log.error("settings-refused", "error", String.valueOf(e.getMessage()));
            // The only place that counts them, and synchronized: one writer at a time.
            daemon.counters().add(DaemonCounter.SETTINGS_ERRORS, 1);
            return false;
        }
    }
}
