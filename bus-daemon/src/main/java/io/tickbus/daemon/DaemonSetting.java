// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static io.tickbus.daemon.SettingKind.count;
import static io.tickbus.daemon.SettingKind.duration;
import static io.tickbus.daemon.SettingKind.share;
import static io.tickbus.daemon.SettingKind.word;

import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.wait.WakeGuard;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The table of a daemon's settings: section, key in the settings file, option of the command line, allowed values,
 * default, description and when a change takes effect. Everything that reads, checks, prints or explains settings
 * goes by this table.
 *
 * @param <T> type of its values
 */
public final class DaemonSetting<T> {
    private static final List<DaemonSetting<?>> ALL = new ArrayList<>();
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long GUARD_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Name of the bus. */
    public static final DaemonSetting<String> BUS_NAME = new DaemonSetting<>(Section.BUS, "bus.name", "--bus",
            SettingKind.busName(), "default", Effect.AT_START, "The bus");
    /** Where the bus is; null for the default root. */
    public static final DaemonSetting<Path> BUS_DIR = new DaemonSetting<>(Section.BUS, "bus.dir", "--dir",
            SettingKind.path("default"), null, Effect.AT_START, "The parent directory of the buses; by default "
            + "$TICKBUS_DIR, else /dev/shm/tickbus-UID");
    /** Whose directory it is in; null for this user's. */
    public static final DaemonSetting<String> BUS_OWNER = new DaemonSetting<>(Section.BUS, "bus.owner", "--owner",
            SettingKind.text("you", "USER|UID"), null, Effect.AT_START, "The user in whose directory the bus is; what "
            + "is created there belongs to you");
    /** Who else may read it; null for nobody. */
    public static final DaemonSetting<String> BUS_GROUP = new DaemonSetting<>(Section.BUS, "bus.group", "--group",
            SettingKind.text("none", "GROUP"), null, Effect.AT_START, "A group that may read the bus and connect");
    /** Size of the ring. */
    public static final DaemonSetting<Integer> BUS_SLOTS = new DaemonSetting<>(Section.BUS, "bus.slots", "--slots",
            SettingKind.slotCount(), SignalsOptions.DEFAULT_SLOT_COUNT, Effect.AT_START, "Slots of the ring");
    /** Whether subscribers may park. */
    public static final DaemonSetting<Boolean> BUS_PARKING = new DaemonSetting<>(Section.BUS, "bus.parking",
            "--parking", SettingKind.onOff(), true, Effect.AT_START, "Wake parked subscribers; off makes publishing "
            + "cheaper where all spin");
    /** How often the publisher shows that it lives. */
    public static final DaemonSetting<Long> BUS_HEARTBEAT = new DaemonSetting<>(Section.BUS, "bus.heartbeat",
            "--heartbeat", duration(TimeUnit.MILLISECONDS.toNanos(1), HOUR_NS),
            SignalsOptions.DEFAULT_HEARTBEAT_INTERVAL_NS, Effect.AT_START, "How often to write a heartbeat");

    /** How to wait for the next deadline. */
    public static final DaemonSetting<DaemonMode> MODE = new DaemonSetting<>(Section.TIMERS, "mode", "--mode",
            word(List.of(DaemonMode.values())), DaemonMode.HYBRID, Effect.AT_ONCE,
            "How to wait for the next deadline");
    /** Processor of the timer thread; null for any. */
    public static final DaemonSetting<Integer> CPU = new DaemonSetting<>(Section.TIMERS, "cpu", "--cpu",
            SettingKind.processor(), null, Effect.AT_START, "Pin the timer thread to this processor");
    /** The daemon's own timers. */
    public static final DaemonSetting<List<TimerSpec>> EVERY = new DaemonSetting<>(Section.TIMERS, "every", "--every",
            SettingKind.timers(), List.of(), Effect.AT_START, "Periodic timers of the daemon's own, such as 1ms:42");
    /** Grace of the daemon's own timers. */
    public static final DaemonSetting<Long> GRACE = new DaemonSetting<>(Section.TIMERS, "grace", "--grace",
            duration(0, HOUR_NS), TimeUnit.MILLISECONDS.toNanos(1), Effect.AT_START,
            "How late one of the daemon's own timers may be before it is LATE");
    /** Hybrid: the shortest guard. */
    public static final DaemonSetting<Long> GUARD_MIN = new DaemonSetting<>(Section.TIMERS, "guard.min", "--guard-min",
            duration(0, GUARD_NS), WakeGuard.MIN_NS, Effect.AT_ONCE,
            "Hybrid: the shortest time to wake before a deadline");
    /** Hybrid: the longest guard. */
    public static final DaemonSetting<Long> GUARD_MAX = new DaemonSetting<>(Section.TIMERS, "guard.max", "--guard-max",
            duration(0, GUARD_NS), WakeGuard.MAX_NS, Effect.AT_ONCE,
            "Hybrid: the longest time to wake before a deadline");
    /** Hybrid: what spinning may cost. */
    public static final DaemonSetting<Double> GUARD_SHARE = new DaemonSetting<>(Section.TIMERS, "guard.share",
            "--guard-share", share(), WakeGuard.MAX_SPIN_SHARE, Effect.AT_ONCE,
            "Hybrid: share of a core that spinning may cost");
    /** Eco: how long firings may wait for each other. */
    public static final DaemonSetting<Long> ECO_SLACK = new DaemonSetting<>(Section.TIMERS, "eco.slack", "--eco-slack",
            duration(0, MINUTE_NS), TimeUnit.MILLISECONDS.toNanos(50), Effect.AT_ONCE,
            "Eco: the longest time that a firing waits for others");
    /** From which lateness on a firing gets a cause; 0 adapts to what is usual. */
    public static final DaemonSetting<Long> LATE_THRESHOLD = new DaemonSetting<>(Section.TIMERS, "late.threshold",
            "--late-threshold", duration(0, MINUTE_NS), 0L, Effect.AT_ONCE,
            "From which lateness on the cause of a firing is recorded; 0: ten times what is usual, at least 100 us");
    /** Firings in one duty cycle. */
    public static final DaemonSetting<Integer> FIRE_LIMIT = new DaemonSetting<>(Section.TIMERS, "fire.limit",
            "--fire-limit", count(1 << 20), 256, Effect.AT_ONCE, "Firings in one duty cycle");
    /** Commands of one client in one duty cycle. */
    public static final DaemonSetting<Integer> COMMAND_LIMIT = new DaemonSetting<>(Section.TIMERS, "command.limit",
            "--command-limit", count(1 << 16), 64, Effect.FOR_NEW_CLIENTS, "Commands of one client in one duty cycle");

    /** How fast idle processors must wake; null asks for nothing. */
    public static final DaemonSetting<Integer> IDLE_LATENCY = new DaemonSetting<>(Section.IDLE, "idle.latency",
            "--idle-latency", SettingKind.idleLatency(), null, Effect.AT_START, "Microseconds that an idle processor "
            + "may take to wake; 0 keeps it from halting, at full power; needs root, or the udev rule of "
            + "deploy/systemd");
    /** Which processors; empty for all of the host. */
    public static final DaemonSetting<List<Integer>> IDLE_CPUS = new DaemonSetting<>(Section.IDLE, "idle.cpus",
            "--idle-cpus", SettingKind.processors(), List.of(), Effect.AT_START,
            "Of which processors, such as those of subscribers; that of the timer thread (cpu) is added to them");

    /** Clients at one time. */
    public static final DaemonSetting<Integer> QUOTA_CLIENTS = new DaemonSetting<>(Section.LIMITS, "quota.clients",
            "--max-clients", count(RepliesLayout.MAX_SESSION_COUNT), 100,
            Effect.AT_ONCE, "Clients at one time; more than at the start take effect at the next start");
    /** All timers. */
    public static final DaemonSetting<Integer> QUOTA_TIMERS = new DaemonSetting<>(Section.LIMITS, "quota.timers",
            "--max-timers", count(TimerQuotas.MOST_TIMERS), TimerQuotas.DEFAULT.maxTimers(), Effect.AT_ONCE,
            "Timers of all clients together");
    /** Timers of one owner. */
    public static final DaemonSetting<Integer> QUOTA_TIMERS_PER_CLIENT = new DaemonSetting<>(Section.LIMITS,
            "quota.timers-per-client", "--max-timers-per-client", count(TimerQuotas.MOST_TIMERS),
            TimerQuotas.DEFAULT.maxTimersPerOwner(), Effect.AT_ONCE,
            "Timers of a client, or of all clients of one name");
    /** What a user who is a guest may have. */
    public static final DaemonSetting<Double> QUOTA_USER_SHARE = new DaemonSetting<>(Section.LIMITS,
            "quota.user-share", "--user-share", share(), 0.5, Effect.AT_ONCE,
            "Share of all timers, and of all clients, that a user other than the daemon's own may have");
    /** Firings of one owner's periodic timers. */
    public static final DaemonSetting<Integer> QUOTA_FIRINGS_PER_CLIENT = rate("firings-per-client",
            RateQuotas.DEFAULT.firingsPerOwner(), "Firings a second of a client's periodic timers, checked at arming");
    /** Firings of one user's periodic timers. */
    public static final DaemonSetting<Integer> QUOTA_FIRINGS_PER_USER = rate("firings-per-user",
            RateQuotas.DEFAULT.firingsPerUser(), "Firings a second of a user's periodic timers, checked at arming");
    /** Armings of one owner. */
    public static final DaemonSetting<Integer> QUOTA_ARMS_PER_CLIENT = rate("arms-per-client",
            RateQuotas.DEFAULT.armsPerOwner(), "Armings a second of a client");
    /** Armings of one user. */
    public static final DaemonSetting<Integer> QUOTA_ARMS_PER_USER = rate("arms-per-user",
            RateQuotas.DEFAULT.armsPerUser(), "Armings a second of all clients of a user");
    /** Armings at once. */
    public static final DaemonSetting<Integer> QUOTA_ARMS_BURST = rate("arms-burst",
            RateQuotas.DEFAULT.armsBurst(), "Armings at once, after a pause, of a client or a user");

    /** Whether and where there is a journal: null for none, empty for the default folder. */
    public static final DaemonSetting<String> JOURNAL = new DaemonSetting<>(Section.JOURNAL, "journal", "--journal",
            SettingKind.journal(), null, Effect.AT_START, "Keep a journal of every signal, and durable timers, in "
            + "this folder; on: in $XDG_STATE_HOME/tickbus/BUS");
    /** How long the journal is kept. */
    public static final DaemonSetting<Long> JOURNAL_KEEP = new DaemonSetting<>(Section.JOURNAL, "journal.keep",
            "--journal-keep", duration(0, Long.MAX_VALUE), JournalOptions.DEFAULT_KEEP_NS, Effect.AT_START,
            "How long to keep what only a replay needs");
    /** How much of it is kept. */
    public static final DaemonSetting<Long> JOURNAL_SIZE = new DaemonSetting<>(Section.JOURNAL, "journal.size",
            "--journal-size", SettingKind.mebibytes(), JournalOptions.DEFAULT_KEEP_BYTES, Effect.AT_START,
            "How much of it to keep, in MiB");
    /** How often another file begins. */
    public static final DaemonSetting<Roll> JOURNAL_ROLL = new DaemonSetting<>(Section.JOURNAL, "journal.roll",
            "--journal-roll", word(List.of(Roll.values())), Roll.HOURLY, Effect.AT_START,
            "How often another file begins");
    /** How much is written between snapshots. */
    public static final DaemonSetting<Long> JOURNAL_SNAPSHOT = new DaemonSetting<>(Section.JOURNAL,
            "journal.snapshot-every", "--snapshot-every", SettingKind.mebibytes(),
            JournalOptions.DEFAULT_SNAPSHOT_BYTES, Effect.AT_START,
            "How much is written before the next snapshot, in MiB");
    /** How fast overdue timers fire. */
    public static final DaemonSetting<Integer> JOURNAL_RECOVERY_RATE = new DaemonSetting<>(Section.JOURNAL,
            "journal.recovery-rate", "--recovery-rate", count(Integer.MAX_VALUE),
            JournalOptions.DEFAULT_RECOVERY_RATE, Effect.AT_START, "Overdue timers fired per second after a restart");
    /** How long recovery waits for the wall clock. */
    public static final DaemonSetting<Long> JOURNAL_CLOCK_WAIT = new DaemonSetting<>(Section.JOURNAL,
            "journal.clock-wait", "--clock-wait", duration(0, Long.MAX_VALUE), JournalOptions.DEFAULT_CLOCK_WAIT_NS,
            Effect.AT_START, "After a boot, how long to wait for a wall clock that shows less than the journal");

    /** The TCP port of metrics; null where they are not served. */
    public static final DaemonSetting<Integer> METRICS_PORT = new DaemonSetting<>(Section.METRICS, "metrics.port",
            "--metrics-port", SettingKind.port(9464), null, Effect.AT_START, "Serve metrics to Prometheus from this "
            + "process, those of the JVM included; 0 takes a free port");
    /** The address of metrics. */
    public static final DaemonSetting<String> METRICS_ADDRESS = new DaemonSetting<>(Section.METRICS, "metrics.bind",
            "--metrics-bind", SettingKind.address(), "127.0.0.1", Effect.AT_START, "The address to serve them at; "
            + "0.0.0.0 serves other hosts too");

    /** What is logged. */
    public static final DaemonSetting<Level> LOG_LEVEL = new DaemonSetting<>(Section.LOG, "log.level", "--log-level",
            word(List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.OFF)), Level.INFO,
            Effect.AT_ONCE, "The least severe events that are logged on standard error");

    /** How it is written. */
    public static final DaemonSetting<LogFormat> LOG_FORMAT = new DaemonSetting<>(Section.LOG, "log.format",
            "--log-format", word(List.of(LogFormat.values())), LogFormat.TEXT, Effect.AT_ONCE,
            "How events are written: as text, or as one JSON object a line");

    /** What belongs together, under a heading. */
    public enum Section {
        /** The bus and its files. */
        BUS("Bus"),
        /** The timer thread. */
        TIMERS("Timer thread"),
        /** Idle processors. */
        IDLE("Idle processors"),
        /** Limits of clients. */
        LIMITS("Limits"),
        /** The journal. */
        JOURNAL("Journal"),
        /** What it shows to Prometheus. */
        METRICS("Metrics"),
        /** The log. */
        LOG("Log");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        /** Its heading. */
        public String title() {
            return title;
        }
    }

    /** When a changed value takes effect. */
    private enum Effect {
        /** With the reload. */
        AT_ONCE(""),
        /** With the reload, for clients that connect later. */
        FOR_NEW_CLIENTS("; a change applies to new clients"),
        /** When the daemon is started again. */
        AT_START("");

        private final String text;

        Effect(String text) {
            this.text = text;
        }
    }

    /** Its place in the table. */
    final int index = ALL.size();
    /** What it is where nobody sets it. */
    final T standard;
    private final Section section;
    private final String key;
    private final String option;
    private final SettingKind<T> kind;
    private final Effect effect;
    private final String description;

    private DaemonSetting(Section section, String key, String option, SettingKind<T> kind, T standard, Effect effect,
            String description) {
        this.section = section;
        this.key = key;
        this.option = option;
        this.kind = kind;
        this.standard = standard;
        this.effect = effect;
        this.description = description;
        ALL.add(this);
    }

    private static DaemonSetting<Integer> rate(String name, int standard, String description) {
        return new DaemonSetting<>(Section.LIMITS, "quota." + name, "--max-" + name, count(RateQuotas.MOST), standard,
                Effect.AT_ONCE, description);
    }

    /** All settings, section by section. */
    public static List<DaemonSetting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    /** The setting of a key; null where there is none. */
    public static DaemonSetting<?> of(String key) {
        return ALL.stream().filter(setting -> setting.key.equals(key)).findFirst().orElse(null);
    }

    /** What it belongs to. */
    public Section section() {
        return section;
    }

    /** Its key in the settings file. */
    public String key() {
        return key;
    }

    /** Its option of the command line. */
    public String option() {
        return option;
    }

    /** What its option without a value means, as it is typed; null where the option needs one. */
    public String valueAlone() {
        return kind.valueAlone();
    }

    /** Whether its option may be repeated, which adds to a list. */
    public boolean isList() {
        return kind.isList();
    }

    /** Whether a reload changes it, without a restart. */
    public boolean isReloadable() {
        return effect != Effect.AT_START;
    }

    /** Which values are allowed, in words. */
    public String allowed() {
        return kind.allowed();
    }

    /** What stands for a value in a command line's help. */
    public String label() {
        return kind.label();
    }

    /** What it is for. */
    public String description() {
        return description + effect.text;
    }

    /** The value where none is given, as it is typed. */
    public String defaultText() {
        return kind.writer().apply(standard);
    }

    /** A value as it is typed. */
    String text(T value) {
        return kind.writer().apply(value);
    }

    /** The value of a text; {@link IllegalArgumentException} with key, text and what is allowed. */
    T parse(String text) {
        try {
            return checked(kind.parser().apply(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("allowed is " + kind.allowed() + ": " + key + "=" + text, e);
        }
    }

    /** The value, if it is allowed. */
    T checked(T value) {
        if (value == null ? standard != null : !kind.range().test(value)) {
            throw new IllegalArgumentException("allowed is " + kind.allowed() + ": " + key + "="
                    + (value == null ? "null" : text(value)));
        }
        return value;
    }

    @Override
    public String toString() {
        return key;
    }
}
