// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A simple model of the engine: maps, and occurrences counted one by one. */
final class EngineModel {
    private static final long BEHIND_NS = 100_000;
    private static final long NS_PER_US = 1_000;
    private static final long SECOND_NS = 1_000_000_000;

    record Id(int owner, long key) {
    }

    private record Turn(long atNs, long order) implements Comparable<Turn> {
        @Override
        public int compareTo(Turn other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(order, other.order);
        }
    }

    private static final class Timer {
        private Id id;
        private int signalId;
        private long dueNs;
        private long periodNs;
        /** Null for a period. */
        private CalendarSchedule schedule;
        private long occurrence;
        private long graceNs;
        private MisfirePolicy policy;
        private int cap;
        private boolean isPersistent;
        private boolean isCalendar;
        private boolean isPaused;
        private long pausedNs;
        private int skipped;
        private int caughtUp;
        private boolean isOver;
        private Turn turn;

        boolean isLate(long nowNs) {
            return nowNs - dueNs > graceNs;
        }

        void moveOn() {
            occurrence++;
            if (schedule == null) {
                dueNs += periodNs;
                return;
            }
            long next = occurrence < schedule.limit() ? schedule.next(dueNs / SECOND_NS) : CalendarSchedule.NONE;
            isOver = next == CalendarSchedule.NONE;
            dueNs = isOver ? dueNs : next * SECOND_NS;
        }
    }

    private final Map<Id, Timer> timers = new HashMap<>();
    private final TreeMap<Turn, Timer> queue = new TreeMap<>();
    private final TreeMap<Turn, Timer> calendarQueue = new TreeMap<>();
    private final Map<Id, Long> fired = new HashMap<>();
    private long offsetNs;
    private boolean isCalendarsTurn;
    private long nextOrder;
    private long nextSequence;

    EngineModel(long offsetNs) {
        this.offsetNs = offsetNs;
    }

    void setClock(long newOffsetNs) {
        offsetNs = newOffsetNs;
    }

    long nextDeadlineNs() {
        return Math.min(nextNs(queue), nextCalendarNs());
    }

    private static long nextNs(NavigableMap<Turn, Timer> of) {
        return of.isEmpty() ? Long.MAX_VALUE : of.firstKey().atNs();
    }

    private long nextCalendarNs() {
        return calendarQueue.isEmpty() ? Long.MAX_VALUE : nextNs(calendarQueue) - offsetNs;
    }

    private long clockNs(boolean isCalendar, long nowNs) {
        return isCalendar ? nowNs + offsetNs : nowNs;
    }

    private NavigableMap<Turn, Timer> queueOf(Timer timer) {
        return timer.isCalendar ? calendarQueue : queue;
    }

    int pending(int owner) {
        return (int) timers.keySet().stream().filter(id -> id.owner() == owner).count();
    }

    /** The sequence of the last firing of a key's one-shot timer; null if there is none. */
    Long fired(Id id) {
        return fired.get(id);
    }

    boolean isArmed(Id id) {
        return timers.containsKey(id);
    }

    /** The next occurrence; negative while paused. */
    Long detail(Id id) {
        Timer timer = timers.get(id);
        return timer == null ? null : timer.isPaused ? -1 - timer.occurrence : timer.occurrence;
    }

    /** Carries out a valid command within all quotas. */
    ReplyCode execute(int owner, TimerCommand command, long nowNs) {
        Id id = new Id(owner, command.key());
        Timer timer = timers.get(id);
        if (command.type() == CommandLayout.TYPE_ARM) {
            arm(id, timer, command);
            return ReplyCode.ARMED;
        }
        if (timer == null) {
            return fired.containsKey(id) ? ReplyCode.ALREADY_FIRED : ReplyCode.UNKNOWN;
        }
        return switch (command.type()) {
            case CommandLayout.TYPE_CANCEL -> {
                remove(timer);
                fired.remove(id);
                yield ReplyCode.CANCELLED;
            }
            case CommandLayout.TYPE_PAUSE -> {
                if (!timer.isPaused) {
                    timer.isPaused = true;
                    timer.pausedNs = clockNs(timer.isCalendar, nowNs);
                    timer.caughtUp = 0;
                    queueOf(timer).remove(timer.turn);
                }
                yield ReplyCode.PAUSED;
            }
            default -> {
                resume(timer, clockNs(timer.isCalendar, nowNs));
                yield timer.isOver ? ReplyCode.CANCELLED : ReplyCode.RESUMED;
            }
        };
    }

    private void arm(Id id, Timer earlier, TimerCommand command) {
        if (earlier != null) {
            remove(earlier);
        }
        Timer timer = new Timer();
        timer.id = id;
        timer.signalId = command.signalId();
        timer.dueNs = command.deadlineNs();
        timer.periodNs = command.periodNs();
        timer.schedule = timer.periodNs >= 0 ? null : ScheduleDefinition.parse(command.schedule().text());
        timer.graceNs = command.graceUs() * NS_PER_US;
        timer.policy = MisfirePolicy.of(command.misfireCode());
        timer.cap = (int) command.catchUpCap();
        timer.occurrence = command.occurrence();
        timer.isPersistent = (command.flags() & CommandLayout.FLAG_KEEP_ON_DEATH) != 0;
        timer.isCalendar = (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
        timers.put(id, timer);
        enqueue(timer, timer.dueNs);
    }

    private void resume(Timer timer, long nowNs) {
        if (!timer.isPaused) {
            return;
        }
        timer.isPaused = false;
        if (timer.periodNs == 0) {
            timer.dueNs += nowNs - timer.pausedNs;
        } else {
            while (timer.dueNs < nowNs && !timer.isOver) {
                timer.moveOn();
            }
        }
        if (timer.isOver) {
            timers.remove(timer.id);
            fired.remove(timer.id);
            return;
        }
        enqueue(timer, timer.dueNs);
    }

    private void enqueue(Timer timer, long atNs) {
        timer.turn = new Turn(atNs, nextOrder++);
        queueOf(timer).put(timer.turn, timer);
    }

    private void remove(Timer timer) {
        timers.remove(timer.id);
        if (!timer.isPaused) {
            queueOf(timer).remove(timer.turn);
        }
    }

    /** All ephemeral timers of an owner end at once. */
    void cancelOwner(int owner) {
        List.copyOf(timers.values()).stream().filter(timer -> timer.id.owner() == owner && !timer.isPersistent)
                .forEach(this::remove);
    }

    void forgetOwner(int owner) {
        fired.keySet().removeIf(id -> id.owner() == owner);
    }

    List<Firing> expireAll(long nowNs) {
        List<Firing> firings = new ArrayList<>();
        while (nextDeadlineNs() <= nowNs) {
            Timer timer = first().pollFirstEntry().getValue();
            long clockNs = clockNs(timer.isCalendar, nowNs);
            if (timer.periodNs == 0) {
                timers.remove(timer.id);
                fired.put(timer.id, nextSequence);
                add(firings, timer, timer.dueNs, Firing.LAST | (timer.isLate(clockNs) ? Firing.LATE : 0), 0);
            } else {
                firePeriodic(timer, clockNs, firings);
                if (timer.isOver) {
                    timers.remove(timer.id);
                    fired.put(timer.id, nextSequence - 1);
                } else {
                    enqueue(timer, clockNs - timer.dueNs > BEHIND_NS ? clockNs : timer.dueNs);
                }
            }
        }
        return firings;
    }

    /** Timers of two clocks that are due at once take turns. */
    private NavigableMap<Turn, Timer> first() {
        if (nextCalendarNs() == nextNs(queue)) {
            isCalendarsTurn = !isCalendarsTurn;
            return isCalendarsTurn ? calendarQueue : queue;
        }
        return nextCalendarNs() < nextNs(queue) ? calendarQueue : queue;
    }

    private void firePeriodic(Timer timer, long nowNs, List<Firing> firings) {
        long dueNs = timer.dueNs;
        long occurrence = timer.occurrence;
        int missed = 0;
        boolean isLate = timer.isLate(nowNs);
        if (!isLate) {
            missed = timer.skipped;
            timer.skipped = 0;
            timer.caughtUp = 0;
            timer.moveOn();
        } else if (timer.policy == MisfirePolicy.SKIP) {
            while (timer.isLate(nowNs) && !timer.isOver) {
                dueNs = timer.dueNs;
                occurrence = timer.occurrence;
                timer.skipped++;
                timer.moveOn();
            }
            if (!timer.isOver) {
                return;
            }
            // The last of a schedule fires, however late, and says how many were skipped before it.
            missed = timer.skipped - 1;
            isLate = false;
        } else {
            timer.moveOn();
            boolean isAtCap = timer.policy == MisfirePolicy.FIRE_ALL && ++timer.caughtUp == timer.cap;
            timer.caughtUp = isAtCap ? 0 : timer.caughtUp;
            while (!timer.isOver && (timer.policy == MisfirePolicy.FIRE_ONCE ? timer.dueNs <= nowNs
                    : isAtCap && timer.isLate(nowNs))) {
                missed++;
                timer.moveOn();
            }
        }
        firings.add(new Firing(timer.id.owner(), timer.signalId, timer.id.key(), monotonicNs(timer, dueNs),
                (isLate ? Firing.LATE : 0) | (missed > 0 ? Firing.COALESCED : 0) | (timer.isOver ? Firing.LAST : 0),
                (int) occurrence, missed));
        nextSequence++;
    }

    private long monotonicNs(Timer timer, long dueNs) {
        return timer.isCalendar ? Math.max(0, dueNs - offsetNs) : dueNs;
    }

    private void add(List<Firing> firings, Timer timer, long dueNs, int flags, int missed) {
        firings.add(new Firing(timer.id.owner(), timer.signalId, timer.id.key(), monotonicNs(timer, dueNs), flags,
                (int) timer.occurrence, missed));
        nextSequence++;
    }
}
