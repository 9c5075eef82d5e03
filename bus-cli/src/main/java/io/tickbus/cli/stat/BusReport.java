// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.Report;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A bus in full, for printing. */
final class BusReport {
    private static final String[] FIGURES = {"layoutVersion", "state", "publisherPid", "publisherStartTicks",
        "publisherCpu", "epoch", "epochAgeNs", "published", "signalsPerSecond", "nextDeadlineInNs", "heartbeatAgeNs",
        "heartbeatIntervalNs", "parking", "slots", "fileBytes", "ageNs"};

    private BusReport() {
    }

    /** The bus as it is, with rates since an earlier moment. */
    static Report of(BusSnapshot before, BusSnapshot bus) {
        Report report = new Report().with("bus", bus.directory().name())
                .with("path", bus.directory().path().toString())
                .with("condition", bus.condition(), bus.condition().toUpperCase(Locale.ROOT))
                .with("problem", bus.problem(), bus.problem());
        BusSnapshot.Signals signals = bus.signals();
        Object[] values = signals == null ? new Object[FIGURES.length] : values(before, bus, signals);
        for (int i = 0; i < FIGURES.length; i++) {
            report.with(FIGURES[i], values[i]);
        }
        if (signals != null && !signals.hasParking()) {
            report.with("parking", false, "no: parked subscribers poll every millisecond");
        }
        if (bus.condition().equals("closed")) {
            report.with("nextDeadlineInNs", bus.nextDeadlineInNs(), "-");
        }
        Report daemon = DaemonStatus.of(bus.daemon());
        return report.with("daemon", daemon, daemon == null ? null : "");
    }

    private static Object[] values(BusSnapshot before, BusSnapshot bus, BusSnapshot.Signals signals) {
        return new Object[] {signals.layoutVersion(), state(signals.state()), signals.publisher().pid(),
            signals.publisher().startTicks(), signals.publisherCpu() < 0 ? null : (Object) signals.publisherCpu(),
            signals.epoch(), bus.readNs() - signals.epochStartedNs(), signals.published(),
            bus.signalsPerSecond(before), bus.nextDeadlineInNs(), bus.readNs() - signals.heartbeatNs(),
            signals.heartbeatIntervalNs(), signals.hasParking(), signals.slotCount(), signals.fileLength(),
            TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - signals.createdRealtimeNs()};
    }

    private static String state(int state) {
        return switch (state) {
            case SignalsLayout.STATE_OPEN -> "open";
            case SignalsLayout.STATE_CLOSED -> "closed";
            case SignalsLayout.STATE_REPLACED -> "replaced";
            default -> "unknown (" + state + ")";
        };
    }
}
