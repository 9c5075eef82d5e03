// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.wait.WakeGuard;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How a daemon is to behave; {@link DaemonSetting} is the table of what can be set.
 *
 * <p><b>Threads:</b> immutable.
 * <p><b>Errors:</b> {@link IllegalArgumentException} with {@code key=value} for what is not allowed; {@link #load}
 * names the file and the line too, in a {@link io.tickbus.core.BusException}.
 *
 * @param mode         how to wait for the next deadline
 * @param guard        hybrid: how long before a deadline to wake
 * @param ecoSlackNs   eco: the longest time that a firing waits for others
 * @param quotas       how many timers are kept; those of a user follow from the share
 * @param userShare    share of all timers, and of all clients, that a user other than the daemon's own may have
 * @param rates        how much is done in a second for a client and for a user
 * @param maxClients   how many clients are served at one time
 * @param fireLimit    firings in one duty cycle
 * @param commandLimit commands of one client in one duty cycle
 * @param logLevel     the least severe events that are logged
 * @param graceNs      how late one of the daemon's own timers may be before it is flagged
 * @param idle         how fast idle processors must wake
 */
public record DaemonSettings(DaemonMode mode, Guard guard, long ecoSlackNs, TimerQuotas quotas, double userShare,
        RateQuotas rates, int maxClients, int fireLimit, int commandLimit, Level logLevel, long graceNs, Idle idle) {
    private static final DaemonSettings DEFAULTS = new DaemonSettings(DaemonMode.HYBRID,
            new Guard(WakeGuard.MIN_NS, WakeGuard.MAX_NS, WakeGuard.MAX_SPIN_SHARE), TimeUnit.MILLISECONDS.toNanos(50),
            TimerQuotas.DEFAULT, 0.5, RateQuotas.DEFAULT, 100, 256, 64, Level.INFO, TimeUnit.MILLISECONDS.toNanos(1),
            new Idle(Idle.OFF, List.of()));

    /**
     * Hybrid: the bounds of the time to wake before a deadline, which calibrates itself between them.
     *
     * @param share share of a core that spinning may cost
     */
    public record Guard(long minNs, long maxNs, double share) {
    }

    /**
     * How fast idle processors must wake; see {@link io.tickbus.core.IdleLatency}.
     *
     * @param latencyUs microseconds; {@link #OFF} asks for nothing
     * @param cpus      which processors; empty for all of the host
     */
    public record Idle(int latencyUs, List<Integer> cpus) {
        /** No request. */
        public static final int OFF = -1;

        /** Copies the list. */
        public Idle {
            cpus = List.copyOf(cpus);
        }
    }

    /** Unchecked, unlike {@link #defaults()} with what is to be different. */
    public DaemonSettings {
        quotas = new TimerQuotas(quotas.maxTimers(), quotas.maxTimersPerOwner(),
                shareOf(quotas.maxTimers(), userShare));
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
    public static DaemonSettings load(Path file, Map<DaemonSetting, String> flags) {
        DaemonSettings settings = file == null ? DEFAULTS : SettingsFile.read(file);
        for (Map.Entry<DaemonSetting, String> flag : flags.entrySet()) {
            settings = settings.with(flag.getKey(), flag.getValue());
        }
        try {
            return settings.consistent();
        } catch (IllegalArgumentException e) {
            throw file == null ? e : SettingsFile.refused(file.toString(), e.getMessage());
        }
    }

    /** How to wait for the next deadline. */
    public DaemonSettings withMode(DaemonMode newMode) {
        return new DaemonSettings(newMode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    /** Hybrid: the bounds of the time to wake before a deadline, and the share of a core that spinning may cost. */
    public DaemonSettings withGuard(long minNs, long maxNs, double share) {
        return with(new Guard(minNs, maxNs, share)).consistent();
    }

    /** While settings are read one by one, the bounds may contradict each other. */
    DaemonSettings with(Guard newGuard) {
        return new DaemonSettings(mode, newGuard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    private DaemonSettings checked() {
        for (DaemonSetting setting : DaemonSetting.values()) {
            setting.check(this);
        }
        return this;
    }

    /** How fast idle processors must wake, in microseconds; which ones, or none for all. */
    public DaemonSettings withIdle(int latencyUs, List<Integer> cpus) {
        return with(new Idle(latencyUs, cpus)).consistent();
    }

    DaemonSettings with(Idle newIdle) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, newIdle).checked();
    }

    private DaemonSettings consistent() {
        if (idle.latencyUs == Idle.OFF && !idle.cpus.isEmpty()) {
            throw new IllegalArgumentException("processors are named for no idle latency: idle.cpus="
                    + text(DaemonSetting.IDLE_CPUS) + " idle.latency=" + text(DaemonSetting.IDLE_LATENCY));
        }
        if (guard.minNs > guard.maxNs) {
            throw new IllegalArgumentException("the shortest guard must not be longer than the longest: guard.min="
                    + text(DaemonSetting.GUARD_MIN) + " guard.max=" + text(DaemonSetting.GUARD_MAX));
        }
        return this;
    }

    /** Eco: the longest time that a firing waits for others. */
    public DaemonSettings withEcoSlackNs(long newSlackNs) {
        return new DaemonSettings(mode, guard, newSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    /** How many timers are kept, of all clients and of one. */
    public DaemonSettings withQuotas(TimerQuotas newQuotas) {
        return new DaemonSettings(mode, guard, ecoSlackNs, newQuotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    /** The share of all timers, and of all clients, that a user other than the daemon's own may have. */
    public DaemonSettings withUserShare(double newShare) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, newShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    /** How much is done in a second for a client and for a user. */
    public DaemonSettings withRates(RateQuotas newRates) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, newRates, maxClients, fireLimit,
                commandLimit, logLevel, graceNs, idle).checked();
    }

    /** How many clients are served at one time. */
    public DaemonSettings withMaxClients(int count) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, count, fireLimit, commandLimit,
                logLevel, graceNs, idle).checked();
    }

    /** Firings in one duty cycle. */
    public DaemonSettings withFireLimit(int count) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, count, commandLimit,
                logLevel, graceNs, idle).checked();
    }

    /** Commands of one client in one duty cycle. */
    public DaemonSettings withCommandLimit(int count) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit, count,
                logLevel, graceNs, idle).checked();
    }

    /** The least severe events that are logged. */
    public DaemonSettings withLogLevel(Level newLevel) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, newLevel, graceNs, idle).checked();
    }

    /** How late one of the daemon's own timers may be before it is flagged. */
    public DaemonSettings withGraceNs(long newGraceNs) {
        return new DaemonSettings(mode, guard, ecoSlackNs, quotas, userShare, rates, maxClients, fireLimit,
                commandLimit, logLevel, newGraceNs, idle).checked();
    }

    /** Any setting, as it is typed. */
    DaemonSettings with(DaemonSetting setting, String text) {
        return setting.set(this, text.strip());
    }

    /** The share of a number that a user other than the daemon's own may have; one at least. */
    public int userShareOf(int count) {
        return shareOf(count, userShare);
    }

    private static int shareOf(int count, double share) {
        return (int) Math.max(1, Math.ceil(count * share));
    }

    /** A setting's value as it is typed. */
    public String text(DaemonSetting setting) {
        return setting.text(this);
    }

    /** The settings that differ, in their order. */
    public List<DaemonSetting> differences(DaemonSettings other) {
        return Arrays.stream(DaemonSetting.values()).filter(setting -> !setting.copy(other, this).equals(other))
                .toList();
    }

    /** What a reload of others leads to: theirs, but for those that only a restart changes. */
    public DaemonSettings reloaded(DaemonSettings wanted) {
        DaemonSettings merged = wanted;
        for (DaemonSetting setting : DaemonSetting.values()) {
            merged = setting.isReloadable() ? merged : setting.copy(merged, this);
        }
        return merged;
    }
}
