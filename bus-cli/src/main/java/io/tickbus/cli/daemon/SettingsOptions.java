package io.tickbus.cli.daemon;

import io.tickbus.publisher.daemon.DaemonSetting;
import io.tickbus.publisher.daemon.DaemonSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The daemon's settings: a file, and flags that go before what the file says. */
final class SettingsOptions {
    private final Map<DaemonSetting, String> flags = new EnumMap<>(DaemonSetting.class);

    @Option(names = "--settings", paramLabel = "FILE", order = 1,
            description = "A file of settings, one 'key = value' a line, read again at SIGHUP or 'tickbus reload'; "
                    + "the options below go before what it says.")
    private Path file;

    @Option(names = "--mode", paramLabel = "spin|hybrid|park|eco", order = 2,
            description = "How to wait for the next deadline (mode); default hybrid.")
    void mode(String text) {
        flags.put(DaemonSetting.MODE, text);
    }

    @Option(names = "--guard-max", paramLabel = "DURATION", order = 3,
            description = "hybrid: wake at most so long before a deadline (guard.max).")
    void guardMax(String text) {
        flags.put(DaemonSetting.GUARD_MAX, text);
    }

    @Option(names = "--eco-slack", paramLabel = "DURATION", order = 4,
            description = "eco: a firing waits at most so long for others (eco.slack); default 50ms.")
    void ecoSlack(String text) {
        flags.put(DaemonSetting.ECO_SLACK, text);
    }

    @Option(names = "--max-clients", paramLabel = "N", order = 5,
            description = "Clients at one time (quota.clients); default 100.")
    void maxClients(String text) {
        flags.put(DaemonSetting.QUOTA_CLIENTS, text);
    }

    @Option(names = "--max-timers", paramLabel = "N", order = 6,
            description = "Timers of all clients together (quota.timers); default 10000000.")
    void maxTimers(String text) {
        flags.put(DaemonSetting.QUOTA_TIMERS, text);
    }

    @Option(names = "--max-timers-per-client", paramLabel = "N", order = 7,
            description = "Timers of a client, or of all of one name (quota.timers-per-client); default 1000000.")
    void maxTimersPerClient(String text) {
        flags.put(DaemonSetting.QUOTA_TIMERS_PER_CLIENT, text);
    }

    @Option(names = "--user-share", paramLabel = "SHARE", order = 8,
            description = "Share of all timers, and of all clients, that a user other than the daemon's own may have "
                    + "(quota.user-share); default 0.5.")
    void userShare(String text) {
        flags.put(DaemonSetting.QUOTA_USER_SHARE, text);
    }

    @Option(names = "--max-firings-per-client", paramLabel = "N", order = 9,
            description = "Firings a second of a client's periodic timers, checked at arming "
                    + "(quota.firings-per-client); default 200000.")
    void maxFiringsPerClient(String text) {
        flags.put(DaemonSetting.QUOTA_FIRINGS_PER_CLIENT, text);
    }

    @Option(names = "--max-firings-per-user", paramLabel = "N", order = 10,
            description = "The same for all clients of a user (quota.firings-per-user); default 500000.")
    void maxFiringsPerUser(String text) {
        flags.put(DaemonSetting.QUOTA_FIRINGS_PER_USER, text);
    }

    @Option(names = "--max-arms-per-client", paramLabel = "N", order = 11,
            description = "Armings a second of a client (quota.arms-per-client); default 4000000.")
    void maxArmsPerClient(String text) {
        flags.put(DaemonSetting.QUOTA_ARMS_PER_CLIENT, text);
    }

    @Option(names = "--max-arms-per-user", paramLabel = "N", order = 12,
            description = "The same for all clients of a user (quota.arms-per-user); default 8000000.")
    void maxArmsPerUser(String text) {
        flags.put(DaemonSetting.QUOTA_ARMS_PER_USER, text);
    }

    @Option(names = "--fire-limit", paramLabel = "N", order = 13,
            description = "Firings in one duty cycle (fire.limit); default 256.")
    void fireLimit(String text) {
        flags.put(DaemonSetting.FIRE_LIMIT, text);
    }

    @Option(names = "--log-level", paramLabel = "LEVEL", order = 14,
            description = "The least severe events that are logged on standard error: trace, debug, info, warning, "
                    + "error, off (log.level); default info.")
    void logLevel(String text) {
        flags.put(DaemonSetting.LOG_LEVEL, text);
    }

    @Option(names = "--grace", paramLabel = "DURATION", order = 15,
            description = "How late an --every timer may be before it is flagged LATE, and what it missed folded into "
                    + "it (grace); default 1ms.")
    void grace(String text) {
        flags.put(DaemonSetting.GRACE, text);
    }

    /** Reads file and flags, each time anew. */
    DaemonSettings load() {
        return DaemonSettings.load(file, flags);
    }
}
