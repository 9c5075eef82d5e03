// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramDefinition;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.core.internal.file.NextTimers;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.timer.TimerSurvey;
import java.util.ArrayList;
import java.util.List;

/**
 * The daemon's counters as it writes them.
 *
 * <p><b>Threads:</b> each counter has one writer, see {@link DaemonCounter}; lateness is the timer thread's. Any may
 * read. <b>Progress:</b> wait-free, a load and a store to counters of one's own cache line; allocates nothing.
 * <p><b>Errors:</b> its owner can shorten the file while it is mapped: use it inside of a {@link
 * io.tickbus.core.internal.FaultBoundary}, after which {@code checkSound} says so in a {@code BusException}.
 */
public final class DaemonCounters {
    private static final int LATE_SLOTS = 1024;
    private static final CountersFile.Contents CONTENTS =
            new CountersFile.Contents(DaemonCounter.definitions(), histograms(), LATE_SLOTS);

    private final CountersFile file;
    private final LatenessHistograms lateness;
    private final DurationHistogram dutyCycles;
    private final DurationHistogram wakeUps;
    private final DurationHistogram hiccups;
    private final NextTimers nextTimers;
    private boolean isObserving = true;

    /** Makes a bus's file, see {@link CountersFile#create}. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public static DaemonCounters create(BusDirectory directory, SignalsHeader bus, String group) {
        return new DaemonCounters(CountersFile.create(directory, bus, CONTENTS, group));
    }

    /** Counters that nobody else sees. */
    public static DaemonCounters inMemory() {
        return new DaemonCounters(CountersFile.inMemory(CONTENTS));
    }

    private static List<HistogramDefinition> histograms() {
        List<HistogramDefinition> all = new ArrayList<>(LatenessHistograms.definitions());
        all.add(new HistogramDefinition(HistogramKind.DUTY_CYCLE, 0, "timer thread cycles"));
        all.add(new HistogramDefinition(HistogramKind.WAKE_UP, 0, "timer thread wake-ups"));
        all.add(new HistogramDefinition(HistogramKind.HICCUP, 0, "hiccups of the host"));
        return all;
    }

    /** Of a file that the daemon has created. */
    DaemonCounters(CountersFile file) {
        this.file = file;
        for (DaemonCounter counter : DaemonCounter.values()) {
            if (file.find(counter.id()) != counter.place()) {
                throw new IllegalArgumentException("the file was not made of the daemon's counters: missing="
                        + counter.definition().label());
            }
        }
        lateness = new LatenessHistograms(file);
        dutyCycles = histogram(HistogramKind.DUTY_CYCLE);
        wakeUps = histogram(HistogramKind.WAKE_UP);
        hiccups = histogram(HistogramKind.HICCUP);
        nextTimers = file.nextTimers();
    }

    /** The only histogram of a kind. */
    private DurationHistogram histogram(HistogramKind kind) {
        return file.histograms().stream().filter(histogram -> histogram.kind() == kind).findFirst().orElseThrow();
    }

    /** Sets a counter. */
    public void set(DaemonCounter counter, long value) {
        file.set(counter.place(), value);
    }

    /** Adds to a counter. */
    public void add(DaemonCounter counter, long delta) {
        file.add(counter.place(), delta);
    }

    /** Raises a counter that keeps the largest value seen. */
    public void raise(DaemonCounter counter, long value) {
        if (value > file.value(counter.place())) {
            file.set(counter.place(), value);
        }
    }

    /** A counter's value. */
    public long value(DaemonCounter counter) {
        return file.value(counter.place());
    }

    /** Timer thread: the mode from now on. */
    void mode(DaemonMode mode) {
        set(DaemonCounter.MODE, mode.code());
        lateness.mode(mode);
    }

    /** Timer thread: whether anything but the counters is recorded from now on. */
    void observe(boolean isWanted) {
        isObserving = isWanted;
    }

    boolean isObserving() {
        return isObserving;
    }

    /** Timer thread: adds the lateness of a firing to the histograms of its mode and its signal. */
    public void recordLateness(int signalId, long latenessNs) {
        if (isObserving) {
            lateness.record(signalId, latenessNs);
        }
    }

    /** Timer thread: one duty cycle in which there was something to do. */
    void recordDutyCycle(long ns) {
        if (isObserving) {
            dutyCycles.record(ns);
        }
    }

    /** Timer thread: by how much it slept longer than planned. */
    void recordWakeUp(long ns) {
        if (isObserving) {
            wakeUps.record(ns);
        }
    }

    /** The watching thread: by how much it slept longer than planned. */
    void recordHiccup(long ns) {
        hiccups.record(ns);
    }

    /** Timer thread: timers by when they are due, and those that are due next. */
    void record(TimerSurvey survey) {
        for (int group = 0; group < TimerSurvey.GROUPS; group++) {
            set(DaemonCounter.DUE.get(group), survey.count(group));
        }
        int count = survey.nextCount();
        for (int i = 0; i < count; i++) {
            nextTimers.add(i, count, survey.deadlineNs(i), survey.key(i), survey.periodNs(i), survey.signalId(i),
                    survey.owner(i));
        }
        if (count == 0) {
            nextTimers.addNone();
        }
    }

    /** Timer thread: one command, by its {@code CommandLayout.TYPE_*}. */
    public void countCommand(int type) {
        add(switch (type) {
            case CommandLayout.TYPE_ARM -> DaemonCounter.COMMANDS_ARM;
            case CommandLayout.TYPE_CANCEL -> DaemonCounter.COMMANDS_CANCEL;
            case CommandLayout.TYPE_PAUSE -> DaemonCounter.COMMANDS_PAUSE;
            case CommandLayout.TYPE_RESUME -> DaemonCounter.COMMANDS_RESUME;
            case CommandLayout.TYPE_LIST, CommandLayout.TYPE_DESCRIBE -> DaemonCounter.COMMANDS_LIST;
            default -> DaemonCounter.COMMANDS_UNKNOWN;
        }, 1);
    }

    /** Timer thread: one answer. */
    public void countReply(TimerReply reply) {
        add(DaemonCounter.REPLIES, 1);
        ReplyCode code = reply.code();
        if (code == ReplyCode.FULL) {
            add(DaemonCounter.REPLIES_FULL, 1);
            add(switch (reply.reason()) {
                case RATE_QUOTA -> DaemonCounter.REFUSED_FIRINGS;
                case ARMING_QUOTA -> DaemonCounter.REFUSED_ARMINGS;
                case JOURNAL_UNAVAILABLE -> DaemonCounter.REFUSED_JOURNAL;
                default -> DaemonCounter.REFUSED_TIMERS;
            }, 1);
        } else if (code == ReplyCode.INVALID) {
            add(DaemonCounter.REPLIES_INVALID, 1);
        }
    }

    /** The file, for a reader. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public CountersFile file() {
        return file;
    }
}
