package io.tickbus.publisher.daemon;

import io.tickbus.publisher.timer.RateQuotas;
import io.tickbus.publisher.timer.TimerQuotas;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a daemon is to behave. {@link DaemonSetting} lists what there is to set, with limits and defaults.
 *
 * <p><b>Threads:</b> immutable; its {@link Builder} belongs to one thread.
 * <p><b>Errors:</b> {@link IllegalArgumentException} with {@code key=value} for what is not allowed, from the builder;
 * {@link #load} names the file and the line too, in a {@link io.tickbus.core.BusException}.
 */
public final class DaemonSettings {
    /** Every setting at its default. */
    public static final DaemonSettings DEFAULT = builder().build();

    private final Map<DaemonSetting, Object> values;

    private DaemonSettings(Map<DaemonSetting, Object> values) {
        this.values = Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with these. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.values.putAll(values);
        return builder;
    }

    /**
     * Reads a settings file.
     *
     * @param file  lines of {@code key = value}; null for none
     * @param flags what the command line says, as it was typed; it goes before what the file says
     * @throws io.tickbus.core.BusException BAD_SETTINGS with file, line, key, value and what is allowed; NOT_FOUND,
     *         SYSTEM
     */
    public static DaemonSettings load(Path file, Map<DaemonSetting, String> flags) {
        Builder builder = builder();
        if (file == null) {
            flags.forEach(builder::put);
            return builder.build();
        }
        SettingsFile.read(file, builder);
        flags.forEach(builder::put);
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw SettingsFile.refused(file.toString(), e.getMessage());
        }
    }

    /** How to wait for the next deadline. */
    public DaemonMode mode() {
        return (DaemonMode) values.get(DaemonSetting.MODE);
    }

    /** Hybrid: the shortest guard in nanoseconds. */
    public long guardMinNs() {
        return (long) values.get(DaemonSetting.GUARD_MIN);
    }

    /** Hybrid: the longest guard in nanoseconds. */
    public long guardMaxNs() {
        return (long) values.get(DaemonSetting.GUARD_MAX);
    }

    /** Hybrid: the share of a core that spinning may cost. */
    public double guardShare() {
        return (double) values.get(DaemonSetting.GUARD_SHARE);
    }

    /** Eco: how long a firing may wait for others, in nanoseconds. */
    public long ecoSlackNs() {
        return (long) values.get(DaemonSetting.ECO_SLACK);
    }

    /** How many timers are kept. */
    public TimerQuotas quotas() {
        return new TimerQuotas(count(DaemonSetting.QUOTA_TIMERS), count(DaemonSetting.QUOTA_TIMERS_PER_CLIENT),
                userShareOf(count(DaemonSetting.QUOTA_TIMERS)));
    }

    /** How many of so many a user other than the daemon's own may have; one at least. */
    public int userShareOf(int count) {
        return (int) Math.max(1, Math.ceil(count * (double) values.get(DaemonSetting.QUOTA_USER_SHARE)));
    }

    /** How much is done in a second for a client and for a user. */
    public RateQuotas rates() {
        return new RateQuotas(count(DaemonSetting.QUOTA_FIRINGS_PER_CLIENT),
                count(DaemonSetting.QUOTA_FIRINGS_PER_USER), count(DaemonSetting.QUOTA_ARMS_PER_CLIENT),
                count(DaemonSetting.QUOTA_ARMS_PER_USER), count(DaemonSetting.QUOTA_ARMS_BURST));
    }

    private int count(DaemonSetting setting) {
        return (int) values.get(setting);
    }

    /** How many clients are served at one time. */
    public int maxClients() {
        return count(DaemonSetting.QUOTA_CLIENTS);
    }

    /** Firings in one duty cycle. */
    public int fireLimit() {
        return count(DaemonSetting.FIRE_LIMIT);
    }

    /** Commands of one client in one duty cycle. */
    public int commandLimit() {
        return count(DaemonSetting.COMMAND_LIMIT);
    }

    /** The least severe events that are logged. */
    public Level logLevel() {
        return (Level) values.get(DaemonSetting.LOG_LEVEL);
    }

    /** How late one of the daemon's own timers may be before it is flagged, in nanoseconds. */
    public long graceNs() {
        return (long) values.get(DaemonSetting.GRACE);
    }

    /** A setting's value as it is typed. */
    public String text(DaemonSetting setting) {
        return setting.text(values.get(setting));
    }

    /** The settings that differ, in their order. */
    public List<DaemonSetting> differences(DaemonSettings other) {
        return Arrays.stream(DaemonSetting.values())
                .filter(setting -> !values.get(setting).equals(other.values.get(setting))).toList();
    }

    /** What a reload of others leads to: theirs, but for those that only a restart changes. */
    public DaemonSettings reloaded(DaemonSettings wanted) {
        Map<DaemonSetting, Object> merged = new EnumMap<>(wanted.values);
        for (DaemonSetting setting : differences(wanted)) {
            if (!setting.isReloadable()) {
                merged.put(setting, values.get(setting));
            }
        }
        return new DaemonSettings(merged);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DaemonSettings settings && settings.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.keySet().stream().map(setting -> setting.key() + "=" + text(setting))
                .collect(Collectors.joining(" "));
    }

    /** Collects settings, each checked as it is set. */
    public static final class Builder {
        private final Map<DaemonSetting, Object> values = new EnumMap<>(DaemonSetting.class);

        private Builder() {
            for (DaemonSetting setting : DaemonSetting.values()) {
                values.put(setting, setting.standard());
            }
        }

        /** Any setting, as it is typed. */
        public Builder put(DaemonSetting setting, String text) {
            values.put(setting, setting.parse(text.strip()));
            return this;
        }

        private Builder set(DaemonSetting setting, Object value) {
            values.put(setting, setting.checked(value));
            return this;
        }

        /** How to wait for the next deadline. */
        public Builder mode(DaemonMode mode) {
            return set(DaemonSetting.MODE, mode);
        }

        /** Hybrid: the bounds of the guard, and the share of a core that spinning may cost. */
        public Builder guard(long minNs, long maxNs, double share) {
            return set(DaemonSetting.GUARD_MIN, minNs).set(DaemonSetting.GUARD_MAX, maxNs)
                    .set(DaemonSetting.GUARD_SHARE, share);
        }

        /** Eco: how long a firing may wait for others, in nanoseconds. */
        public Builder ecoSlackNs(long slackNs) {
            return set(DaemonSetting.ECO_SLACK, slackNs);
        }

        /** How many timers are kept, of all clients and of one. */
        public Builder quotas(TimerQuotas quotas) {
            return set(DaemonSetting.QUOTA_TIMERS, quotas.maxTimers())
                    .set(DaemonSetting.QUOTA_TIMERS_PER_CLIENT, quotas.maxTimersPerOwner());
        }

        /** The share of all timers, and of all clients, that a user other than the daemon's own may have. */
        public Builder userShare(double share) {
            return set(DaemonSetting.QUOTA_USER_SHARE, share);
        }

        /** How much is done in a second for a client and for a user. */
        public Builder rates(RateQuotas rates) {
            return set(DaemonSetting.QUOTA_FIRINGS_PER_CLIENT, rates.firingsPerOwner())
                    .set(DaemonSetting.QUOTA_FIRINGS_PER_USER, rates.firingsPerUser())
                    .set(DaemonSetting.QUOTA_ARMS_PER_CLIENT, rates.armsPerOwner())
                    .set(DaemonSetting.QUOTA_ARMS_PER_USER, rates.armsPerUser())
                    .set(DaemonSetting.QUOTA_ARMS_BURST, rates.armsBurst());
        }

        /** How many clients are served at one time. */
        public Builder maxClients(int count) {
            return set(DaemonSetting.QUOTA_CLIENTS, count);
        }

        /** Firings in one duty cycle. */
        public Builder fireLimit(int count) {
            return set(DaemonSetting.FIRE_LIMIT, count);
        }

        /** Commands of one client in one duty cycle. */
        public Builder commandLimit(int count) {
            return set(DaemonSetting.COMMAND_LIMIT, count);
        }

        /** The least severe events that are logged. */
        public Builder logLevel(Level level) {
            return set(DaemonSetting.LOG_LEVEL, level);
        }

        /** How late one of the daemon's own timers may be before it is flagged, in nanoseconds. */
        public Builder graceNs(long ns) {
            return set(DaemonSetting.GRACE, ns);
        }

        /** The settings, after a check of those that depend on each other. */
        public DaemonSettings build() {
            DaemonSettings settings = new DaemonSettings(values);
            if (settings.guardMinNs() > settings.guardMaxNs()) {
                throw new IllegalArgumentException("the shortest guard must not be longer than the longest: "
                        + "guard.min=" + settings.text(DaemonSetting.GUARD_MIN) + " guard.max="
                        + settings.text(DaemonSetting.GUARD_MAX));
            }
            return settings;
        }
    }
}
