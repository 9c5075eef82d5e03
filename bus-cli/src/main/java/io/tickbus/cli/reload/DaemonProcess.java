// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.reload;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.platform.ProcessIdentity;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.EffectiveSettings;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import java.nio.file.Files;
import java.util.List;

/**
 * The running daemon of a bus, to send signals to. A pid alone does not identify it, and SIGHUP ends a process that
 * does not expect it: so everything is compared before one is sent.
 */
final class DaemonProcess {
    private final BusDirectory directory;
    private final String bus;
    private final CountersFile counters;

    private DaemonProcess(BusDirectory directory, String bus, CountersFile counters) {
        this.directory = directory;
        this.bus = bus;
        this.counters = counters;
    }

    /**
     * Finds it.
     *
     * @throws BusException which says why there is none, or why it cannot be asked
     */
    static DaemonProcess of(BusDirectory directory) {
        String bus = "bus '" + directory.name() + "'";
        SignalsFile signals = SignalsFile.attach(directory);
        OwnerLock.Probe lock = OwnerLock.probe(directory.lock());
        if (lock == OwnerLock.Probe.FREE) {
            throw new BusException(Reason.NOT_FOUND, bus, "it has no publisher", "start its daemon, which reads "
                    + "its settings then");
        }
        if (lock == OwnerLock.Probe.UNKNOWN) {
            throw new BusException(Reason.NOT_TRUSTED, directory.lock().toString(), "permission denied",
                    "run as the daemon's user");
        }
        String publisher = "its publisher pid=" + signals.header().publisher().pid();
        CountersFile counters = counters(directory);
        if (counters == null || !counters.belongsTo(signals.header())) {
            throw new BusException(Reason.NOT_FOUND, bus, publisher + " is no daemon", "there are no settings to "
                    + "read again");
        }
        DaemonProcess daemon = new DaemonProcess(directory, bus, counters);
        if (daemon.value(DaemonCounter.RELOAD_SIGNAL) != 1) {
            throw new BusException(Reason.SYSTEM, bus, publisher + " does not read its settings again at a signal: it "
                    + "is part of an application, or was started with nohup", "start it again to change settings");
        }
        daemon.checkIdentity();
        return daemon;
    }

    private static CountersFile counters(BusDirectory directory) {
        try {
            return CountersFile.attach(directory);
        } catch (BusException e) {
            if (e.reason() == Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private void checkIdentity() {
        ProcessIdentity expected = counters.daemon();
        long ownNamespace = ProcessIdentity.current().pidNamespace();
        if (expected.pidNamespace() != ownNamespace) {
            throw new BusException(Reason.SYSTEM, bus, "its daemon pid=" + expected.pid() + " runs in another pid "
                    + "namespace: pidNamespace=" + expected.pidNamespace() + " here=" + ownNamespace,
                    "send SIGHUP to it in its container");
        }
        ProcessIdentity found = ProcessIdentity.of(expected.pid());
        if (found.startTicks() == 0 || found.startTicks() != expected.startTicks()) {
            throw new BusException(Reason.SYSTEM, bus, "pid=" + expected.pid() + " is not the process that its files "
                    + "name: startTicks=" + found.startTicks() + " expected=" + expected.startTicks(),
                    "look for its publisher with 'tickbus stat'; no signal was sent");
        }
    }

    long pid() {
        return counters.daemon().pid();
    }

    /** A counter's value; 0 where this version of the daemon has none of it. */
    long value(DaemonCounter counter) {
        int place = counters.find(counter.id());
        return place < 0 ? 0 : counters.value(place);
    }

    /** Its settings; none where this version of the daemon has recorded none. */
    List<EffectiveSettings.Row> settings() {
        return Files.exists(directory.settings()) ? EffectiveSettings.read(directory, counters.epoch()) : List.of();
    }

    /** Asks it to read its settings again. */
    void hangUp() {
        int answer;
        try {
            answer = PosixSignals.kill(pid(), PosixSignal.SIGHUP);
        } catch (LinkageError e) {
            throw new BusException(Reason.SYSTEM, bus, "no signal can be sent without native code (" + e.getMessage()
                    + ")", "run: kill -HUP " + pid());
        }
        if (answer == PosixSignals.NOT_PERMITTED) {
            throw new BusException(Reason.NOT_TRUSTED, bus, "its daemon pid=" + pid() + " belongs to another user",
                    "run as that user");
        }
        if (answer != PosixSignals.SENT) {
            throw new BusException(Reason.NOT_FOUND, bus, "its daemon pid=" + pid() + " has just ended",
                    "start it again, which reads the settings");
        }
    }
}
