// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.LateCause;
import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.core.timer.ReplyReason;
import java.util.Arrays;
import java.util.List;

/**
 * What the daemon counts. Each counter is written by one thread, nearly all by the timer thread or the
 * conductor: the timer thread's come first, so that the two share one pair of cache lines at most.
 *
 * <p>Ids stay the same in every version, and one that is given up is not used again; labels may change.
 */
public enum DaemonCounter {
    /** Signals that a timer caused. */
    FIRINGS(1, CounterUnit.EVENTS, "firings"),
    /** Firings later than their grace. */
    FIRINGS_LATE(2, CounterUnit.EVENTS, "firings late"),
    /** Occurrences of periodic timers that were coalesced into another, or skipped. */
    OCCURRENCES_MISSED(3, CounterUnit.EVENTS, "occurrences missed"),
    /** The latest of all firings. */
    LATENESS_MAX(4, CounterUnit.NANOSECONDS, "lateness max"),
    /** Signals, those that no timer caused included. */
    SIGNALS_PUBLISHED(5, CounterUnit.EVENTS, "signals published"),
    /** Timers armed now, paused ones included. */
    TIMERS_PENDING(6, CounterUnit.NUMBER, "timers pending"),

    /** Commands that arm or re-arm. */
    COMMANDS_ARM(10, CounterUnit.EVENTS, "arm commands"),
    /** Commands that cancel. */
    COMMANDS_CANCEL(11, CounterUnit.EVENTS, "cancel commands"),
    /** Commands that pause a timer. */
    COMMANDS_PAUSE(12, CounterUnit.EVENTS, "pause commands"),
    /** Commands that resume a timer. */
    COMMANDS_RESUME(13, CounterUnit.EVENTS, "resume commands"),
    /** Commands that ask for a page of timers. */
    COMMANDS_LIST(14, CounterUnit.EVENTS, "list commands"),
    /** Commands of no known type. */
    COMMANDS_UNKNOWN(15, CounterUnit.EVENTS, "unknown commands"),
    /** Answers, the pages of lists included. */
    REPLIES(16, CounterUnit.EVENTS, "replies"),
    /** Commands refused for lack of room: {@code FULL}. */
    REPLIES_FULL(17, CounterUnit.EVENTS, "refused: no room"),
    /** Commands refused because they make no sense: {@code INVALID}. */
    REPLIES_INVALID(18, CounterUnit.EVENTS, "refused: invalid command"),

    /** Duty cycles of the timer thread. */
    DUTY_CYCLES(20, CounterUnit.EVENTS, "timer thread cycles"),
    /** The longest of them. */
    DUTY_CYCLE_MAX(21, CounterUnit.NANOSECONDS, "timer thread cycle max"),
    /** Duty cycles that left due timers for the next, since they had reached {@code fire.limit}. */
    EXPIRE_BACKLOG_CYCLES(22, CounterUnit.EVENTS, "cycles at fire limit"),
    /** How often the timer thread went to sleep. */
    SLEEPS(24, CounterUnit.EVENTS, "timer thread sleeps"),
    /** How often it woke with something to do. */
    WAKE_UPS(25, CounterUnit.EVENTS, "wake-ups with work"),
    /** How often it woke before its time with nothing to do. */
    WAKE_UPS_SPURIOUS(26, CounterUnit.EVENTS, "wake-ups without work"),
    /** How often the doorbell had rung when the timer thread checked it. */
    DOORBELL_RINGS(27, CounterUnit.EVENTS, "wake-ups by clients"),
    /** How long before a deadline it wakes, as learned so far; 0 in modes that do not spin then. */
    GUARD(28, CounterUnit.NANOSECONDS, "wakes before deadline by"),
    /** Spins that were interrupted for lack of a core. */
    PREEMPTIONS(29, CounterUnit.EVENTS, "spins interrupted"),
    /** 1 while it sleeps plainly because its spins were interrupted. */
    YIELDING(30, CounterUnit.NUMBER, "spinning suspended"),
    /** {@link DaemonMode#code()}. */
    MODE(31, CounterUnit.CODE, "mode"),
    /** Faults of mapped files that others had shortened. */
    FAULTS(32, CounterUnit.EVENTS, "files cut short"),
    /** How often settings came into force; 1 after the start. */
    SETTINGS_GENERATION(33, CounterUnit.EVENTS, "settings generation"),
    /** 1 where SIGHUP makes the process read its settings again; where it is 0, the signal would end the process. */
    RELOAD_SIGNAL(34, CounterUnit.NUMBER, "reloads at SIGHUP"),
    /** Entries handed to the journal. */
    JOURNAL_ENTRIES(35, CounterUnit.EVENTS, "journal entries"),
    /** Of these, those that are not in it yet. */
    JOURNAL_BACKLOG(36, CounterUnit.NUMBER, "journal backlog"),
    /** Signals in the journal. */
    JOURNAL_SIGNALS(37, CounterUnit.EVENTS, "journal signals"),
    /** Signals that were overwritten before they reached the journal. */
    JOURNAL_SIGNALS_MISSED(38, CounterUnit.EVENTS, "journal signals missed"),
    /** Bytes written to the journal. */
    JOURNAL_BYTES(39, CounterUnit.EVENTS, "journal bytes"),
    /** How often the journal was forced to the disk. */
    JOURNAL_SYNCS(40, CounterUnit.EVENTS, "journal syncs"),
    /** Failed attempts to write the journal. */
    JOURNAL_FAILURES(41, CounterUnit.EVENTS, "journal failures"),
    /** 1 while the journal cannot be written and nothing durable is taken. */
    JOURNAL_UNAVAILABLE(42, CounterUnit.NUMBER, "journal unavailable"),
    /** Pieces of the journal that could not be read at the start, and were set aside. */
    JOURNAL_UNREADABLE(43, CounterUnit.EVENTS, "journal unreadable"),
    /** Timers that the journal brought back at the start. */
    TIMERS_RECOVERED(44, CounterUnit.EVENTS, "timers recovered"),
    /** How often CLOCK_REALTIME was set by 1 ms or more while there were calendar timers. */
    CLOCK_STEPS(45, CounterUnit.EVENTS, "clock steps"),
    /** Errors of the timer thread after which it continued, for lack of memory. */
    TIMER_THREAD_ERRORS(46, CounterUnit.EVENTS, "timer thread errors"),
    /** The watching thread's: how often the conductor stalled. */
    CONDUCTOR_STALLS(47, CounterUnit.EVENTS, "client thread stalls"),
    /** Of the commands refused as FULL, those beyond a quota of timers. */
    REFUSED_TIMERS(19, CounterUnit.EVENTS, "refused: quota of timers"),
    /** Those beyond a quota of firings a second. */
    REFUSED_FIRINGS(48, CounterUnit.EVENTS, "refused: quota of firings"),
    /** Those beyond a quota of armings a second. */
    REFUSED_ARMINGS(49, CounterUnit.EVENTS, "refused: quota of armings"),
    /** Those that could not be made durable, as the journal could not be written. */
    REFUSED_JOURNAL(9, CounterUnit.EVENTS, "refused: journal unavailable"),
    /** From now to the deadline that no timer is due after, cancelled timers included. */
    LATEST_DEADLINE(64, CounterUnit.NANOSECONDS, "furthest deadline"),
    /** Duty cycles that were longer than the threshold of late firings. */
    CYCLES_SLOW(65, CounterUnit.EVENTS, "timer thread cycles slow"),
    /** Firings beyond that threshold. */
    LATE_FIRINGS(66, CounterUnit.EVENTS, "firings beyond threshold"),
    /** From which lateness on the cause of a firing is looked for. */
    LATE_THRESHOLD(67, CounterUnit.NANOSECONDS, "late threshold"),
    /** Late firings, by cause. */
    LATE_UNKNOWN(70, LateCause.UNKNOWN),
    /** {@link LateCause#ARMED_LATE}. */
    LATE_ARMED_LATE(71, LateCause.ARMED_LATE),
    /** {@link LateCause#HERD}. */
    LATE_HERD(72, LateCause.HERD),
    /** {@link LateCause#COMMAND_BACKLOG}. */
    LATE_COMMAND_BACKLOG(73, LateCause.COMMAND_BACKLOG),
    /** {@link LateCause#JOURNAL}. */
    LATE_JOURNAL(74, LateCause.JOURNAL),
    /** {@link LateCause#GC}. */
    LATE_GC(75, LateCause.GC),
    /** {@link LateCause#SAFEPOINT}. */
    LATE_SAFEPOINT(76, LateCause.SAFEPOINT),
    /** {@link LateCause#JIT}. */
    LATE_JIT(77, LateCause.JIT),
    /** {@link LateCause#PAGE_FAULT}. */
    LATE_PAGE_FAULT(78, LateCause.PAGE_FAULT),
    /** {@link LateCause#NOT_SCHEDULED}. */
    LATE_NOT_SCHEDULED(79, LateCause.NOT_SCHEDULED),
    /** {@link LateCause#STOLEN}. */
    LATE_STOLEN(80, LateCause.STOLEN),
    /** {@link LateCause#PROCESSOR_HALTED}. */
    LATE_PROCESSOR_HALTED(81, LateCause.PROCESSOR_HALTED),
    /** {@link LateCause#CLOCK_STEP}. */
    LATE_CLOCK_STEP(82, LateCause.CLOCK_STEP),
    /** {@link LateCause#STOPPED}. */
    LATE_STOPPED(83, LateCause.STOPPED),

    /** How long ago the journal was given the oldest of what is not in it yet. */
    JOURNAL_LAG(93, CounterUnit.NANOSECONDS, "journal lag"),
    /** Timers by when they are due, see {@link io.tickbus.timer.TimerSurvey}: within 1 ms, or due already. */
    DUE_1_MS(84, CounterUnit.NUMBER, "due in up to 1 ms"),
    /** Later than that, and so on. */
    DUE_10_MS(85, CounterUnit.NUMBER, "due in 1 to 10 ms"),
    /** Up to 100 ms. */
    DUE_100_MS(86, CounterUnit.NUMBER, "due in 10 to 100 ms"),
    /** Up to a second. */
    DUE_1_S(87, CounterUnit.NUMBER, "due in 100 ms to 1 s"),
    /** Up to 10 seconds. */
    DUE_10_S(88, CounterUnit.NUMBER, "due in 1 to 10 s"),
    /** Up to a minute. */
    DUE_1_MIN(89, CounterUnit.NUMBER, "due in 10 to 60 s"),
    /** Up to an hour. */
    DUE_1_H(90, CounterUnit.NUMBER, "due in 1 to 60 min"),
    /** In more than an hour. */
    DUE_LATER(91, CounterUnit.NUMBER, "due later"),
    /** Commands with a scope that the cluster has not answered. */
    CLUSTER_WAITING(100, CounterUnit.NUMBER, "waiting for the cluster"),
    /** Those that it did not answer in time. */
    CLUSTER_UNCERTAIN(101, CounterUnit.EVENTS, "cluster did not answer"),
    /** Timers that are paused. */
    TIMERS_PAUSED(92, CounterUnit.NUMBER, "timers paused"),

    /** Conductor's: settings that were refused. */
    SETTINGS_ERRORS(50, CounterUnit.EVENTS, "settings refused"),
    /** Conductor's: clients served now. */
    CLIENTS_CONNECTED(51, CounterUnit.NUMBER, "clients connected"),
    /** Conductor's: clients admitted. */
    CLIENTS_ADMITTED(53, CounterUnit.EVENTS, "clients admitted"),
    /** Conductor's: clients rejected. */
    CLIENTS_REJECTED(54, CounterUnit.EVENTS, "clients rejected"),
    /** Conductor's: of these, those beyond the most clients there may be. */
    REJECTED_CLIENTS(94, CounterUnit.EVENTS, "rejected: too many clients"),
    /** Conductor's: those whose file or ring could not be used. */
    REJECTED_FILE(95, CounterUnit.EVENTS, "rejected: client file"),
    /** Conductor's: those that sent no HELLO, or one that makes no sense. */
    REJECTED_HELLO(96, CounterUnit.EVENTS, "rejected: no valid hello"),
    /** Conductor's: those that meant another daemon. */
    REJECTED_EPOCH(97, CounterUnit.EVENTS, "rejected: another daemon"),
    /** Conductor's: those for which the daemon could open no file. */
    REJECTED_OPEN_FILES(98, CounterUnit.EVENTS, "rejected: open files"),
    /** Conductor's: those of users that the bus is not shared with. */
    REJECTED_USER(99, CounterUnit.EVENTS, "rejected: not shared"),
    /** Conductor's: clients that closed, or whose process ended. */
    CLIENTS_CLOSED(55, CounterUnit.EVENTS, "clients closed"),
    /** Conductor's: clients evicted, for what they sent. */
    CLIENTS_EVICTED(56, CounterUnit.EVENTS, "clients evicted"),
    /** Conductor's: its cycles. */
    CONDUCTOR_ROUNDS(58, CounterUnit.EVENTS, "client thread cycles"),
    /** Conductor's: the longest of them. */
    CONDUCTOR_ROUND_MAX(59, CounterUnit.NANOSECONDS, "client thread cycle max"),
    /** Conductor's: CPU time of the whole process. */
    CPU_TIME(60, CounterUnit.NANOSECONDS_TOTAL, "cpu time"),
    /** Conductor's: errors after which it continued; the log says which. */
    CONDUCTOR_ERRORS(61, CounterUnit.EVENTS, "client thread errors"),
    /** The watching thread's: how often the timer thread stalled. */
    TIMER_THREAD_STALLS(62, CounterUnit.EVENTS, "timer thread stalls"),
    /** {@link IdleRequest#code()}, since the start. */
    IDLE_LATENCY(63, CounterUnit.CODE, "idle latency"),
    /** The watching thread's: how often any thread stalled. */
    STALLS(68, CounterUnit.EVENTS, "stalls");

    private static final DaemonCounter[] ALL = values();
    /** Timers by when they are due, the next first, at last those that are paused. */
    public static final List<DaemonCounter> DUE = List.of(DUE_1_MS, DUE_10_MS, DUE_100_MS, DUE_1_S, DUE_10_S, DUE_1_MIN,
            DUE_1_H, DUE_LATER, TIMERS_PAUSED);
    private static final DaemonCounter[] BY_CAUSE = Arrays.stream(LateCause.values())
            .map(cause -> Arrays.stream(ALL).filter(counter -> counter.cause == cause).findFirst().orElseThrow())
            .toArray(DaemonCounter[]::new);

    private final int id;
    private final CounterUnit unit;
    private final String label;
    /** Null but for those of late firings. */
    private final LateCause cause;

    DaemonCounter(int id, CounterUnit unit, String label) {
        this(id, unit, label, null);
    }

    DaemonCounter(int id, LateCause cause) {
        this(id, CounterUnit.EVENTS, "late: " + cause.label(), cause);
    }

    DaemonCounter(int id, CounterUnit unit, String label, LateCause cause) {
        this.id = id;
        this.unit = unit;
        this.label = label;
        this.cause = cause;
    }

    /** The counter of the late firings of a cause. */
    @SuppressWarnings("EnumOrdinal") // The array is made of the same constants.
    public static DaemonCounter of(LateCause cause) {
        return BY_CAUSE[cause.ordinal()];
    }

    /** The counter of clients that were rejected for a reason. */
    static DaemonCounter ofRejection(ReplyReason reason) {
        return switch (reason) {
            case TOO_MANY_CLIENTS -> REJECTED_CLIENTS;
            case BAD_CLIENT_FILE -> REJECTED_FILE;
            case WRONG_EPOCH -> REJECTED_EPOCH;
            case OPEN_FILES -> REJECTED_OPEN_FILES;
            case NOT_SHARED -> REJECTED_USER;
            default -> REJECTED_HELLO;
        };
    }

    /** Its id, unit and label. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public CounterDefinition definition() {
        return new CounterDefinition(id, unit, label);
    }

    /** Its number in every version. */
    public int id() {
        return id;
    }

    /** Whether the conductor writes it, and not the timer thread. */
    public boolean isConductors() {
        return compareTo(SETTINGS_ERRORS) >= 0;
    }

    /** All of them, in the order of the file, which is that of the constants. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public static List<CounterDefinition> definitions() {
        return Arrays.stream(ALL).map(DaemonCounter::definition).toList();
    }

    /** Its place in a file that was made of {@link #definitions}. */
    @SuppressWarnings("EnumOrdinal") // The file is made in the order of the constants; readers go by the ids.
    int place() {
        return ordinal();
    }
}
