// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static io.tickbus.daemon.SettingKind.count;
import static io.tickbus.daemon.SettingKind.duration;
import static io.tickbus.daemon.SettingKind.idleLatency;
import static io.tickbus.daemon.SettingKind.processors;
import static io.tickbus.daemon.SettingKind.share;
import static io.tickbus.daemon.SettingKind.word;

import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The table of a daemon's settings: key in the settings file, allowed values, description and when a change takes
 * effect. {@link DaemonSettings#defaults()} has the defaults.
 */
public enum DaemonSetting {
    /** How to wait for the next deadline. */
    MODE("mode", Effect.AT_ONCE, word(List.of(DaemonMode.values())), DaemonSettings::mode, DaemonSettings::withMode,
            "How to wait for the next deadline"),
    /** Hybrid: the shortest guard. */
    GUARD_MIN("guard.min", Effect.AT_ONCE, duration(0, Limit.GUARD_NS), s -> s.guard().minNs(),
            (s, ns) -> s.with(new DaemonSettings.Guard(ns, s.guard().maxNs(), s.guard().share())),
            "Hybrid: the shortest time to wake before a deadline"),
    /** Hybrid: the longest guard. */
    GUARD_MAX("guard.max", Effect.AT_ONCE, duration(0, Limit.GUARD_NS), s -> s.guard().maxNs(),
            (s, ns) -> s.with(new DaemonSettings.Guard(s.guard().minNs(), ns, s.guard().share())),
            "Hybrid: the longest time to wake before a deadline"),
    /** Hybrid: what spinning may cost. */
    GUARD_SHARE("guard.share", Effect.AT_ONCE, share(), s -> s.guard().share(),
            (s, share) -> s.with(new DaemonSettings.Guard(s.guard().minNs(), s.guard().maxNs(), share)),
            "Hybrid: share of a core that spinning may cost"),
    /** Eco: how long firings may wait for each other. */
    ECO_SLACK("eco.slack", Effect.AT_ONCE, duration(0, TimeUnit.MINUTES.toNanos(1)), DaemonSettings::ecoSlackNs,
            DaemonSettings::withEcoSlackNs, "Eco: the longest time that a firing waits for others"),
    /** All timers. */
    QUOTA_TIMERS("quota.timers", Effect.AT_ONCE, count(TimerQuotas.MOST_TIMERS), s -> s.quotas().maxTimers(),
            (s, max) -> s.withQuotas(new TimerQuotas(max, s.quotas().maxTimersPerOwner())),
            "Timers of all clients together"),
    /** Timers of one owner. */
    QUOTA_TIMERS_PER_CLIENT("quota.timers-per-client", Effect.AT_ONCE, count(TimerQuotas.MOST_TIMERS),
            s -> s.quotas().maxTimersPerOwner(),
            (s, max) -> s.withQuotas(new TimerQuotas(s.quotas().maxTimers(), max)),
            "Timers of a client, or of all clients of one name"),
    /** What a user who is a guest may have. */
    QUOTA_USER_SHARE("quota.user-share", Effect.AT_ONCE, share(), DaemonSettings::userShare,
            DaemonSettings::withUserShare,
            "Share of all timers, and of all clients, that a user other than the daemon's own may have"),
    /** Firings of one owner's periodic timers. */
    QUOTA_FIRINGS_PER_CLIENT("quota.firings-per-client", Effect.AT_ONCE, count(RateQuotas.MOST),
            s -> s.rates().firingsPerOwner(),
            (s, n) -> s.withRates(new RateQuotas(n, s.rates().firingsPerUser(), s.rates().armsPerOwner(),
                    s.rates().armsPerUser(), s.rates().armsBurst())),
            "Firings a second of a client's periodic timers, checked at arming"),
    /** Firings of one user's periodic timers. */
    QUOTA_FIRINGS_PER_USER("quota.firings-per-user", Effect.AT_ONCE, count(RateQuotas.MOST),
            s -> s.rates().firingsPerUser(),
            (s, n) -> s.withRates(new RateQuotas(s.rates().firingsPerOwner(), n, s.rates().armsPerOwner(),
                    s.rates().armsPerUser(), s.rates().armsBurst())),
            "Firings a second of a user's periodic timers, checked at arming"),
    /** Armings of one owner. */
    QUOTA_ARMS_PER_CLIENT("quota.arms-per-client", Effect.AT_ONCE, count(RateQuotas.MOST),
            s -> s.rates().armsPerOwner(),
            (s, n) -> s.withRates(new RateQuotas(s.rates().firingsPerOwner(), s.rates().firingsPerUser(), n,
                    s.rates().armsPerUser(), s.rates().armsBurst())),
            "Armings a second of a client"),
    /** Armings of one user. */
    QUOTA_ARMS_PER_USER("quota.arms-per-user", Effect.AT_ONCE, count(RateQuotas.MOST), s -> s.rates().armsPerUser(),
            (s, n) -> s.withRates(new RateQuotas(s.rates().firingsPerOwner(), s.rates().firingsPerUser(),
                    s.rates().armsPerOwner(), n, s.rates().armsBurst())),
            "Armings a second of all clients of a user"),
    /** Armings at once. */
    QUOTA_ARMS_BURST("quota.arms-burst", Effect.AT_ONCE, count(RateQuotas.MOST), s -> s.rates().armsBurst(),
            (s, n) -> s.withRates(new RateQuotas(s.rates().firingsPerOwner(), s.rates().firingsPerUser(),
                    s.rates().armsPerOwner(), s.rates().armsPerUser(), n)),
            "Armings at once, after a pause, of a client or a user"),
    /** Clients at one time. */
    QUOTA_CLIENTS("quota.clients", Effect.AT_ONCE, count(RepliesLayout.MAX_SESSION_COUNT), DaemonSettings::maxClients,
            DaemonSettings::withMaxClients,
            "Clients at one time; more than at the start take effect at the next start"),
    /** Firings in one duty cycle. */
    FIRE_LIMIT("fire.limit", Effect.AT_ONCE, count(1 << 20), DaemonSettings::fireLimit, DaemonSettings::withFireLimit,
            "Firings in one duty cycle"),
    /** Commands of one client in one duty cycle. */
    COMMAND_LIMIT("command.limit", Effect.FOR_NEW_CLIENTS, count(1 << 16), DaemonSettings::commandLimit,
            DaemonSettings::withCommandLimit,
            "Commands of one client in one duty cycle"),
    /** What is logged. */
    LOG_LEVEL("log.level", Effect.AT_ONCE, word(List.of(Level.TRACE, Level.DEBUG, Level.INFO,
            Level.WARNING, Level.ERROR, Level.OFF)), DaemonSettings::logLevel,
            DaemonSettings::withLogLevel, "The least severe events that are logged on standard error"),
    /** Grace of the daemon's own timers. */
    GRACE("grace", Effect.AT_START, duration(0, TimeUnit.HOURS.toNanos(1)), DaemonSettings::graceNs,
            DaemonSettings::withGraceNs,
            "How late one of the daemon's own timers may be before it is LATE"),
    /** How fast idle processors must wake. */
    IDLE_LATENCY("idle.latency", Effect.AT_START, idleLatency(), s -> s.idle().latencyUs(),
            (s, us) -> s.with(new DaemonSettings.Idle(us, s.idle().cpus())),
            "Microseconds that an idle processor may take to wake; 0 keeps it from halting, at full power; needs root"),
    /** Which processors. */
    IDLE_CPUS("idle.cpus", Effect.AT_START, processors(), s -> s.idle().cpus(),
            (s, cpus) -> s.with(new DaemonSettings.Idle(s.idle().latencyUs(), cpus)),
            "Of which processors: the timer thread's and the subscribers'");

    /** When a changed value takes effect. */
    public enum Effect {
        /** With the reload. */
        AT_ONCE(""),
        /** With the reload, for clients that connect later. */
        FOR_NEW_CLIENTS("; a change applies to new clients"),
        /** When the daemon is started again. */
        AT_START("; a change needs a restart");

        private final String text;

        Effect(String text) {
            this.text = text;
        }
    }

    private static final class Limit {
        static final long GUARD_NS = TimeUnit.MILLISECONDS.toNanos(10);
    }

    private final String key;
    private final Effect effect;
    @SuppressWarnings("ImmutableEnumChecker") // It has no state of its own, only functions.
    private final Value<?> value;
    private final String description;

    <T> DaemonSetting(String key, Effect effect, SettingKind<T> kind, Function<DaemonSettings, T> getter,
            BiFunction<DaemonSettings, T, DaemonSettings> setter, String description) {
        this.key = key;
        this.effect = effect;
        this.value = new Value<>(key, kind, getter, setter);
        this.description = description;
    }

    /** Its key in the settings file. */
    public String key() {
        return key;
    }

    /** Whether a reload changes it, without a restart. */
    public boolean isReloadable() {
        return effect != Effect.AT_START;
    }

    /** Which values are allowed, in words. */
    public String allowed() {
        return value.kind.allowed();
    }

    /** What stands for a value in a command line's help. */
    public String label() {
        return value.kind.label();
    }

    /** What it is for, and when a change takes effect unless at once. */
    public String description() {
        return description + effect.text;
    }

    /** The value where none is given, as it is typed. */
    public String defaultText() {
        return text(DaemonSettings.defaults());
    }

    /**
     * The option of a command line: {@code guard.max} is {@code --guard-max}, {@code quota.timers}, a number, is
     * {@code --max-timers}.
     */
    public String option() {
        return "--" + key.replaceFirst("^quota\\.(?!user-share)", "max-").replace("quota.", "").replace('.', '-');
    }

    /** The setting of a key; null where there is none. */
    public static DaemonSetting of(String key) {
        return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst().orElse(null);
    }

    /** The value as it is typed. */
    String text(DaemonSettings settings) {
        return value.text(settings);
    }

    /** The settings with a value as it was typed. */
    DaemonSettings set(DaemonSettings settings, String text) {
        return value.set(settings, text);
    }

    /** The settings with the value that others have. */
    DaemonSettings copy(DaemonSettings settings, DaemonSettings from) {
        return value.copy(settings, from);
    }

    /** Throws {@link IllegalArgumentException} with key, value and what is allowed. */
    void check(DaemonSettings settings) {
        value.check(settings);
    }

    private record Value<T>(String key, SettingKind<T> kind, Function<DaemonSettings, T> getter,
            BiFunction<DaemonSettings, T, DaemonSettings> setter) {
        String text(DaemonSettings settings) {
            return kind.writer().apply(getter.apply(settings));
        }

        DaemonSettings set(DaemonSettings settings, String text) {
            T parsed;
            try {
                parsed = kind.parser().apply(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(refusal(text), e);
            }
            if (!kind.range().test(parsed)) {
                throw new IllegalArgumentException(refusal(text));
            }
            return setter.apply(settings, parsed);
        }

        DaemonSettings copy(DaemonSettings settings, DaemonSettings from) {
            return setter.apply(settings, getter.apply(from));
        }

        void check(DaemonSettings settings) {
            T value = getter.apply(settings);
            if (value == null || !kind.range().test(value)) {
                throw new IllegalArgumentException(refusal(String.valueOf(value)));
            }
        }

        private String refusal(String text) {
            return "allowed is " + kind.allowed() + ": " + key + "=" + text;
        }
    }
}
