// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.ProcessorIdleLimits;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalProvider;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What a {@link TimerDaemon} is made of: what its user chooses, and what its two threads share once it is open. For one
 * daemon.
 */
public final class DaemonContext {
    private static final int REPLY_SLOTS = 1024;

    final BusDirectory directory;
    /** The next one and the journal's are those of the settings unless they are set. */
    SignalsOptions signals;
    DaemonSettings settings = DaemonSettings.defaults();
    JournalOptions journalOptions;
    DaemonLog log;
    boolean isOwnLog;
    ServiceNotifier notifier = ServiceNotifier.NONE;
    /** The next five are set by tests. */
    Path processors = ProcessorIdleLimits.PROCESSORS;
    TimerEngine engine;
    JournalProvider journalProvider;
    CrashPoint crash = CrashPoint.NONE;
    /** How long each thread may be silent. */
    long timeoutNs = TimeUnit.SECONDS.toNanos(5);
    SignalPublisher publisher;
    /** Null until the bus is open. */
    IdleRequest idle;
    /** Null for none. */
    Journal journal;
    DaemonCounters counters;
    RepliesFile replies;
    ServedClients clients;
    Runnable timerThreadWaker = () -> { };
    final TaskMailboxes tasks = new TaskMailboxes();

    private DaemonContext(BusDirectory directory) {
        this.directory = directory;
    }

    /** A daemon with default settings and the log {@link DaemonLog#standard}. */
    public static DaemonContext of(BusDirectory directory) {
        return new DaemonContext(directory);
    }

    /** How the bus is opened, if not as the settings say. */
    public DaemonContext signals(SignalsOptions newSignals) {
        signals = newSignals;
        return this;
    }

    /** The settings to begin with. */
    public DaemonContext settings(DaemonSettings newSettings) {
        settings = newSettings;
        return this;
    }

    /** A log that its user closes. */
    public DaemonContext log(DaemonLog newLog) {
        log = newLog;
        return this;
    }

    /** The service manager that is told when the daemon is ready and that it is alive; without it none. */
    public DaemonContext notifier(ServiceNotifier newNotifier) {
        notifier = newNotifier;
        return this;
    }

    /** Keeps durable timers in a journal, if not as the settings say. Needs tickbus-journal on the class path. */
    public DaemonContext journal(JournalOptions newJournal) {
        journalOptions = newJournal;
        return this;
    }

    /** Supplies what was not chosen. */
    void conclude() {
        settings.checkConsistent();
        signals = signals == null ? settings.signals() : signals;
        journalOptions = journalOptions == null ? settings.journal(directory.name()) : journalOptions;
        engine = engine == null ? TimerEngine.create(settings.quotas()) : engine;
        if (journalOptions != null && journalProvider == null) {
            journalProvider = JournalProvider.find();
        }
        isOwnLog = log == null;
        log = isOwnLog ? DaemonLog.standard() : log;
        log.level(settings.value(DaemonSetting.LOG_LEVEL));
        log.format(settings.value(DaemonSetting.LOG_FORMAT), directory.name());
    }

    /** Opens the bus, its journal and the daemon's files. */
    void openFiles() {
        publisher = SignalPublisher.openWithoutThread(directory, signals);
        idle = IdleRequest.make(directory, processors, settings, log);
        if (journalProvider != null) {
            journal = journalProvider.open(directory, publisher, journalOptions, log);
        }
        SignalsHeader header = publisher.bus().signals().header();
        counters = DaemonCounters.create(directory, header, signals.group());
        replies = RepliesFile.create(directory, header, settings.value(DaemonSetting.QUOTA_CLIENTS), REPLY_SLOTS,
                signals.group());
    }
}
