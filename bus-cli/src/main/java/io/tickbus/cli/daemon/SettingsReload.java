// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.ServiceNotifier;
import io.tickbus.daemon.TimerDaemon;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The action at SIGHUP: reads the settings again, and logs what has changed, or why nothing has.
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
        DaemonSettings wanted;
        try {
            wanted = source.get();
        } catch (RuntimeException e) {
            log.error("settings-refused", "error", String.valueOf(e.getMessage()));
            // The only place that counts them, and synchronized: one writer at a time.
            daemon.counters().add(DaemonCounter.SETTINGS_ERRORS, 1);
            return false;
        }
        DaemonSettings old = daemon.settings();
        DaemonSettings next = old.reloaded(wanted);
        List<Object> changes = new ArrayList<>();
        for (DaemonSetting<?> setting : old.differences(next)) {
            changes.add(setting.key());
            changes.add(old.text(setting) + "->" + next.text(setting));
        }
        if (changes.isEmpty()) {
            changes.addAll(List.of("changed", "nothing"));
        }
        for (DaemonSetting<?> setting : next.differences(wanted)) {
            log.warn("setting-needs-restart", "key", setting.key(), "now", next.text(setting), "wanted",
                    wanted.text(setting));
        }
        // Before the change itself, which may be that nothing is logged any more.
        log.info("settings-reloaded", changes.toArray());
        daemon.reload(next);
        return true;
    }
}
