// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.ScheduleParts;
import io.tickbus.timer.TimerEngine;

/**
 * Takes the schedules that clients send before their armings. The conductor reads a text that is new, as that may take
 * a fraction of a millisecond; its client's commands wait meanwhile, and nobody else's. The timer thread's.
 */
final class ScheduleIntake {
    private final TimerEngine engine;
    private final TaskMailboxes tasks;

    /** What one client has sent. */
    static final class Progress {
        private final ScheduleParts parts = new ScheduleParts();
        private boolean isReading;
        private boolean isRead;
    }

    ScheduleIntake(TimerEngine engine, TaskMailboxes tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    /** Takes a part of a text; false if that must be repeated in the next cycle. */
    boolean take(Progress progress, TimerCommand part) {
        if (progress.isReading) {
            return false;
        }
        if (progress.isRead) {
            progress.isRead = false;
            return true;
        }
        boolean isComplete = progress.parts.add(part);
        String text = isComplete && !engine.hasSchedule(progress.parts.id()) ? progress.parts.text() : null;
        if (text == null) {
            return true;
        }
        progress.isReading = true;
        tasks.toConductor(registry -> parse(progress, text));
        tasks.wakeConductor();
        return false;
    }

    /** Answers in any case: a client whose text is never read could neither send commands nor leave. */
    private void parse(Progress progress, String text) {
        CalendarSchedule[] schedule = new CalendarSchedule[1];
        try {
            schedule[0] = ScheduleParts.parse(text);
        } finally {
            tasks.toTimerThread(() -> read(progress, schedule[0]));
        }
        WarmUp.begin();
    }

    private void read(Progress progress, CalendarSchedule schedule) {
        if (schedule != null) {
            engine.define(schedule);
        }
        progress.isReading = false;
        progress.isRead = true;
    }
}
