// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a daemon is to behave: a value for each {@link DaemonSetting}, and where it came from. Two are equal whose values
 * are.
 *
 * <p><b>Threads:</b> immutable.
 * <p><b>Errors:</b> {@link IllegalArgumentException} with {@code key=value} for what is not allowed; {@link #load}
 * names the file and the line too, in a {@link io.tickbus.core.BusException}.
 */
public final class DaemonSettings {
    /** {@link #origin} of what nobody has set. */
    public static final String DEFAULT = "default";
    private static final String COMMAND_LINE = "command line";
    private static final String PROGRAM = "program";
    private static final DaemonSettings DEFAULTS = new DaemonSettings(
            DaemonSetting.all().stream().map(setting -> (Object) setting.standard).toArray(),
            DaemonSetting.all().stream().map(setting -> DEFAULT).toArray(String[]::new));

    private final Object[] values;
    private final String[] origins;

    private DaemonSettings(Object[] values, String[] origins) {
        this.values = values;
        this.origins = origins;
    }

    /** Every setting at its default. */
    public static DaemonSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Reads a settings file.
     *
     * @param file  lines of {@code key = value}; null for none
     * @param flags what the command line says, as it was typed; it goes before what the file says
     * @throws io.tickbus.core.BusException BAD_SETTINGS with file, line, key, value and what is allowed; NOT_FOUND,
     *         SYSTEM
     */
    public static DaemonSettings load(Path file, Map<DaemonSetting<?>, String> flags) {
        return load(file, flags, problem -> {
            throw problem;
        });
    }

    /** The same, where every problem is handed over and what has one is left as it was; null if there were any. */
    public static DaemonSettings load(Path file, Map<DaemonSetting<?>, String> flags,
            Consumer<RuntimeException> problems) {
        boolean[] hasProblem = new boolean[1];
        Consumer<RuntimeException> noted = problem -> {
            hasProblem[0] = true;
            problems.accept(problem);
        };
        DaemonSettings settings = file == null ? DEFAULTS : SettingsFile.read(file, noted);
        for (Map.Entry<DaemonSetting<?>, String> flag : flags.entrySet()) {
            settings = settings.with(flag.getKey(), flag.getValue(), COMMAND_LINE);
        }
        try {
            settings.checkConsistent();
        } catch (IllegalArgumentException e) {
            noted.accept(file == null ? e : SettingsFile.refused(file.toString(), e.getMessage()));
        }
        return hasProblem[0] ? null : settings;
    }

    /** A setting's value. */
    @SuppressWarnings("unchecked") // Only with() stores values, and it takes those of the setting's type only.
    public <T> T value(DaemonSetting<T> setting) {
        return (T) values[setting.index];
    }

    /** A setting's value as it is typed. */
    public <T> String text(DaemonSetting<T> setting) {
        return setting.text(value(setting));
    }

    /** Where a setting's value comes from: {@link #DEFAULT}, {@code FILE:LINE}, the command line or the program. */
    public String origin(DaemonSetting<?> setting) {
        return origins[setting.index];
    }

    /** The same settings with another value for one. */
    public <T> DaemonSettings with(DaemonSetting<T> setting, T value) {
        return replaced(setting, setting.checked(value), PROGRAM);
    }

    /** With a value as it is typed. */
    DaemonSettings with(DaemonSetting<?> setting, String text, String origin) {
        return replaced(setting, setting.parse(text.strip()), origin);
    }

    private DaemonSettings replaced(DaemonSetting<?> setting, Object value, String origin) {
        Object[] newValues = values.clone();
        String[] newOrigins = origins.clone();
        newValues[setting.index] = value;
        newOrigins[setting.index] = origin;
        return new DaemonSettings(newValues, newOrigins);
    }

    /** Throws {@link IllegalArgumentException} where values contradict each other. */
    DaemonSettings checkConsistent() {
        if (value(DaemonSetting.GUARD_MIN) > value(DaemonSetting.GUARD_MAX)) {
            throw new IllegalArgumentException("the shortest guard must not be longer than the longest: "
                    + texts(DaemonSetting.GUARD_MIN, DaemonSetting.GUARD_MAX));
        }
        if (!value(DaemonSetting.IDLE_CPUS).isEmpty() && value(DaemonSetting.IDLE_LATENCY) == null) {
            throw new IllegalArgumentException("processors are named for no idle latency: "
                    + texts(DaemonSetting.IDLE_CPUS, DaemonSetting.IDLE_LATENCY));
        }
        for (DaemonSetting<?> setting : DaemonSetting.all()) {
            if (setting.section() == DaemonSetting.Section.JOURNAL && value(DaemonSetting.JOURNAL) == null
                    && origin(setting).equals(COMMAND_LINE) && setting != DaemonSetting.JOURNAL) {
                throw new IllegalArgumentException(setting.option() + " says how a journal is kept, and there is "
                        + "none: give --journal too");
            }
        }
        return this;
    }

    private String texts(DaemonSetting<?> one, DaemonSetting<?> other) {
        return one.key() + "=" + text(one) + " " + other.key() + "=" + text(other);
    }

    /** How the bus is opened. */
    public SignalsOptions signals() {
        return SignalsOptions.defaults().withSlotCount(value(DaemonSetting.BUS_SLOTS))
                .withParking(value(DaemonSetting.BUS_PARKING))
                .withHeartbeatIntervalNs(value(DaemonSetting.BUS_HEARTBEAT))
                .withGroup(value(DaemonSetting.BUS_GROUP));
    }

    /** How the journal of a bus is kept; null for none. */
    public JournalOptions journal(String bus) {
        String folder = value(DaemonSetting.JOURNAL);
        return folder == null ? null
                : JournalOptions.defaults(folder.isEmpty() ? JournalOptions.defaultFolder(bus) : Path.of(folder))
                        .withRetention(value(DaemonSetting.JOURNAL_KEEP), value(DaemonSetting.JOURNAL_SIZE))
                        .withRoll(value(DaemonSetting.JOURNAL_ROLL))
                        .withSnapshotBytes(value(DaemonSetting.JOURNAL_SNAPSHOT))
                        .withRecoveryRate(value(DaemonSetting.JOURNAL_RECOVERY_RATE))
                        .withClockWaitNs(value(DaemonSetting.JOURNAL_CLOCK_WAIT));
    }

    /** How many timers are kept, of all clients, of one and of a user. */
    public TimerQuotas quotas() {
        int maxTimers = value(DaemonSetting.QUOTA_TIMERS);
        return new TimerQuotas(maxTimers, value(DaemonSetting.QUOTA_TIMERS_PER_CLIENT), userShareOf(maxTimers));
    }

    /** With other numbers of timers of all clients and of one. */
    public DaemonSettings withQuotas(int maxTimers, int maxTimersPerClient) {
        return with(DaemonSetting.QUOTA_TIMERS, maxTimers)
                .with(DaemonSetting.QUOTA_TIMERS_PER_CLIENT, maxTimersPerClient);
    }

    /** How much is done in a second for a client and for a user. */
    public RateQuotas rates() {
        return new RateQuotas(value(DaemonSetting.QUOTA_FIRINGS_PER_CLIENT),
                value(DaemonSetting.QUOTA_FIRINGS_PER_USER), value(DaemonSetting.QUOTA_ARMS_PER_CLIENT),
                value(DaemonSetting.QUOTA_ARMS_PER_USER), value(DaemonSetting.QUOTA_ARMS_BURST));
    }

    /** With other rates. */
    public DaemonSettings withRates(RateQuotas rates) {
        return with(DaemonSetting.QUOTA_FIRINGS_PER_CLIENT, rates.firingsPerOwner())
                .with(DaemonSetting.QUOTA_FIRINGS_PER_USER, rates.firingsPerUser())
                .with(DaemonSetting.QUOTA_ARMS_PER_CLIENT, rates.armsPerOwner())
                .with(DaemonSetting.QUOTA_ARMS_PER_USER, rates.armsPerUser())
                .with(DaemonSetting.QUOTA_ARMS_BURST, rates.armsBurst());
    }

    /** The share of a number that a user other than the daemon's own may have; one at least. */
    public int userShareOf(int count) {
        return (int) Math.max(1, Math.ceil(count * value(DaemonSetting.QUOTA_USER_SHARE)));
    }

    /** The settings that differ, in the order of the table. */
    public List<DaemonSetting<?>> differences(DaemonSettings other) {
        return DaemonSetting.all().stream()
                .filter(setting -> !Objects.equals(values[setting.index], other.values[setting.index])).toList();
    }

    /** What a reload of others leads to: theirs, but for those that only a restart changes. */
    public DaemonSettings reloaded(DaemonSettings wanted) {
        DaemonSettings merged = wanted;
        for (DaemonSetting<?> setting : DaemonSetting.all()) {
            merged = setting.isReloadable() ? merged
                    : merged.replaced(setting, value(setting), origin(setting));
        }
        return merged;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DaemonSettings settings && Arrays.equals(values, settings.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return differences(DEFAULTS).stream().map(setting -> setting + "=" + text(setting)).toList().toString();
    }
}
