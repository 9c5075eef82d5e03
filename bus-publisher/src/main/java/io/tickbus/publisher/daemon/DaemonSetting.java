package io.tickbus.publisher.daemon;

import io.tickbus.core.layout.RepliesLayout;
import io.tickbus.core.wait.WakeGuard;
import io.tickbus.publisher.timer.RateQuotas;
import io.tickbus.publisher.timer.TimerQuotas;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of the daemon's settings: its key in the settings file, what it may be, and when a change of it works. */
public enum DaemonSetting {
    /** How to wait for the next deadline. */
    MODE("mode", Effect.AT_ONCE, SettingKind.word(DaemonMode.class, List.of(DaemonMode.values())), DaemonMode.HYBRID,
            "how to wait for the next deadline"),
    /** Hybrid: the shortest guard. */
    GUARD_MIN("guard.min", Effect.AT_ONCE, SettingKind.duration(0, Limit.GUARD_NS), WakeGuard.MIN_NS,
            "hybrid: wake at least so long before a deadline"),
    /** Hybrid: the longest guard. */
    GUARD_MAX("guard.max", Effect.AT_ONCE, SettingKind.duration(0, Limit.GUARD_NS), WakeGuard.MAX_NS,
            "hybrid: wake at most so long before a deadline"),
    /** Hybrid: what spinning may cost. */
    GUARD_SHARE("guard.share", Effect.AT_ONCE, SettingKind.share(), WakeGuard.MAX_SPIN_SHARE,
            "hybrid: share of a core that spinning may cost"),
    /** Eco: how long firings may wait for each other. */
    ECO_SLACK("eco.slack", Effect.AT_ONCE, SettingKind.duration(0, TimeUnit.MINUTES.toNanos(1)),
            TimeUnit.MILLISECONDS.toNanos(50), "eco: a firing waits at most so long for others"),
    /** All timers. */
    QUOTA_TIMERS("quota.timers", Effect.AT_ONCE, SettingKind.count(1, TimerQuotas.MOST_TIMERS),
            TimerQuotas.DEFAULT.maxTimers(), "timers of all clients together"),
    /** Timers of one owner. */
    QUOTA_TIMERS_PER_CLIENT("quota.timers-per-client", Effect.AT_ONCE, SettingKind.count(1, TimerQuotas.MOST_TIMERS),
            TimerQuotas.DEFAULT.maxTimersPerOwner(), "timers of a client, or of all clients of one name"),
    /** What a user who is a guest may have. */
    QUOTA_USER_SHARE("quota.user-share", Effect.AT_ONCE, SettingKind.share(), 0.5,
            "share of all timers, and of all clients, that a user other than the daemon's own may have"),
    /** Firings of one owner's periodic timers. */
    QUOTA_FIRINGS_PER_CLIENT("quota.firings-per-client", Effect.AT_ONCE, SettingKind.count(1, RateQuotas.MOST),
            RateQuotas.DEFAULT.firingsPerOwner(), "firings a second of a client's periodic timers, checked at arming"),
    /** Firings of one user's periodic timers. */
    QUOTA_FIRINGS_PER_USER("quota.firings-per-user", Effect.AT_ONCE, SettingKind.count(1, RateQuotas.MOST),
            RateQuotas.DEFAULT.firingsPerUser(), "firings a second of a user's periodic timers, checked at arming"),
    /** Armings of one owner. */
    QUOTA_ARMS_PER_CLIENT("quota.arms-per-client", Effect.AT_ONCE, SettingKind.count(1, RateQuotas.MOST),
            RateQuotas.DEFAULT.armsPerOwner(), "armings a second of a client"),
    /** Armings of one user. */
    QUOTA_ARMS_PER_USER("quota.arms-per-user", Effect.AT_ONCE, SettingKind.count(1, RateQuotas.MOST),
            RateQuotas.DEFAULT.armsPerUser(), "armings a second of all clients of a user"),
    /** Armings at once. */
    QUOTA_ARMS_BURST("quota.arms-burst", Effect.AT_ONCE, SettingKind.count(1, RateQuotas.MOST),
            RateQuotas.DEFAULT.armsBurst(), "armings at once, after a pause, of a client or a user"),
    /** Clients at one time. */
    QUOTA_CLIENTS("quota.clients", Effect.AT_ONCE, SettingKind.count(1, RepliesLayout.MAX_SESSION_COUNT), 100,
            "clients at one time; more than at the start take effect at the next start"),
    /** Firings in one duty cycle. */
    FIRE_LIMIT("fire.limit", Effect.AT_ONCE, SettingKind.count(1, 1 << 20), 256, "firings in one duty cycle"),
    /** Commands of one client in one duty cycle. */
    COMMAND_LIMIT("command.limit", Effect.FOR_NEW_CLIENTS, SettingKind.count(1, 1 << 16), 64,
            "commands of one client in one duty cycle"),
    /** What is logged. */
    LOG_LEVEL("log.level", Effect.AT_ONCE, SettingKind.word(Level.class, List.of(Level.TRACE, Level.DEBUG, Level.INFO,
            Level.WARNING, Level.ERROR, Level.OFF)), Level.INFO, "the least severe events that are logged"),
    /** Grace of the daemon's own timers. */
    GRACE("grace", Effect.AT_START, SettingKind.duration(0, TimeUnit.HOURS.toNanos(1)),
            TimeUnit.MILLISECONDS.toNanos(1), "how late one of the daemon's own timers may be before it is LATE");

    /** When a changed value works. */
    public enum Effect {
        /** With the reload. */
        AT_ONCE,
        /** With the reload, for clients that connect later. */
        FOR_NEW_CLIENTS,
        /** When the daemon is started again. */
        AT_START
    }

    private static final class Limit {
        static final long GUARD_NS = TimeUnit.MILLISECONDS.toNanos(10);
    }

    private final String key;
    private final Effect effect;
    @SuppressWarnings("ImmutableEnumChecker") // It has no state of its own, only functions.
    private final SettingKind<?> kind;
    @SuppressWarnings("ImmutableEnumChecker") // A number or a constant.
    private final Object standard;
    private final String description;

    <T> DaemonSetting(String key, Effect effect, SettingKind<T> kind, T standard, String description) {
        this.key = key;
        this.effect = effect;
        this.kind = kind;
        this.standard = standard;
        this.description = description;
    }

    /** Its name in the settings file. */
    public String key() {
        return key;
    }

    /** When a changed value works. */
    public Effect effect() {
        return effect;
    }

    /** Whether a reload changes it, without a restart. */
    public boolean isReloadable() {
        return effect != Effect.AT_START;
    }

    /** Which values are allowed, in words. */
    public String allowed() {
        return kind.allowed();
    }

    /** What it is for, in words. */
    public String description() {
        return description;
    }

    /** The value where none is given, as it is typed. */
    public String standardText() {
        return text(standard);
    }

    Object standard() {
        return standard;
    }

    /** The setting of a key; null where there is none. */
    public static DaemonSetting of(String key) {
        return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst().orElse(null);
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException with key, value and what is allowed
     */
    Object parse(String text) {
        try {
            return kind.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(refusal(text), e);
        }
    }

    Object checked(Object value) {
        if (!kind.allows(value)) {
            throw new IllegalArgumentException(refusal(String.valueOf(value)));
        }
        return value;
    }

    private String refusal(String value) {
        return "allowed is " + allowed() + ": " + key + "=" + value;
    }

    String text(Object value) {
        return kind.write(value);
    }
}
