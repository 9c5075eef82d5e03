// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.Report;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.internal.PublisherLiveness;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Reports on one bus without joining it, and says what is wrong with it. */
final class BusInspector {
    private static final int NS_PER_S = 1_000_000_000;
    private static final long OVERDUE_NS = 10_000_000;
    private static final String[] FIGURES = {"layoutVersion", "state", "publisherPid", "publisherStartTicks",
        "publisherCpu", "epoch", "epochAgeNs", "published", "signalsPerSecond", "nextDeadlineInNs", "heartbeatAgeNs",
        "heartbeatIntervalNs", "parking", "slots", "fileBytes", "ageNs"};

    private final BusDirectory directory;
    private SignalsFile file;
    private Report report;
    private long firstSequence;
    private long firstNs;
    private RuntimeException refusal;

    BusInspector(BusDirectory directory) {
        this.directory = directory;
    }

    /** Maps the file and takes the first sample of the rate. */
    void begin() {
        try {
            file = SignalsFile.attach(directory);
            FaultBoundary.run(() -> firstSequence = file.header().nextSequence(), fault -> file.checkSound());
            firstNs = System.nanoTime();
        } catch (BusException e) {
            refusal = e;
        }
    }

    /** Whether there is no such bus at all. */
    boolean isMissing() {
        return refusal instanceof BusException e && e.reason() == Reason.NOT_FOUND;
    }

    /** Why the bus cannot be read; null where it can. */
    RuntimeException refusal() {
        return refusal;
    }

    /** Takes the second sample and reports. */
    Report end() {
        if (refusal == null) {
            try {
                FaultBoundary.run(this::inspect, fault -> file.checkSound());
                return report;
            } catch (BusException e) {
                refusal = e;
            }
        }
        Report unreadable = begin("unreadable", refusal.getMessage());
        for (String name : FIGURES) {
            unreadable.with(name, null);
        }
        return unreadable.with("daemon", null, null);
    }

    private Report begin(String condition, String problem) {
        return new Report().with("bus", directory.name()).with("path", directory.path().toString())
                .with("condition", condition, condition.toUpperCase(Locale.ROOT)).with("problem", problem, problem);
    }

    private void inspect() {
        SignalsHeader header = file.header();
        long nowNs = System.nanoTime();
        long published = header.nextSequence();
        long deadlineNs = header.nextDeadlineNs();
        Long deadlineInNs = deadlineNs == SignalsLayout.NO_DEADLINE ? null : Long.valueOf(deadlineNs - nowNs);
        long silentNs = nowNs - header.heartbeatNs();
        PublisherStatus status = new PublisherLiveness(directory).status(file, nowNs);
        file.checkLength();
        Object[] figures = {header.layoutVersion(), state(header.state()), header.publisher().pid(),
            header.publisher().startTicks(), header.publisherCpu() < 0 ? null : (Object) header.publisherCpu(),
            header.epoch(), nowNs - header.epochStartedNs(), published,
            (published - firstSequence) * (double) NS_PER_S / Math.max(1, nowNs - firstNs), deadlineInNs, silentNs,
            header.heartbeatIntervalNs(), header.hasParking(), header.slotCount(), header.fileLength(),
            TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - header.createdRealtimeNs()};
        report = begin(status.name().toLowerCase(Locale.ROOT), problem(status, header, published, silentNs,
                deadlineInNs));
        for (int i = 0; i < FIGURES.length; i++) {
            report.with(FIGURES[i], figures[i]);
        }
        if (!header.hasParking()) {
            report.with("parking", false, "no: parked subscribers poll every millisecond");
        }
        if (status == PublisherStatus.CLOSED) {
            report.with("nextDeadlineInNs", deadlineInNs, "-");
        }
        Report daemon = DaemonStatus.of(directory, header);
        report.with("daemon", daemon, daemon == null ? null : "");
    }

    private static String state(int state) {
        return switch (state) {
            case SignalsLayout.STATE_OPEN -> "open";
            case SignalsLayout.STATE_CLOSED -> "closed";
            case SignalsLayout.STATE_REPLACED -> "replaced";
            default -> "unknown (" + state + ")";
        };
    }

    /** What is wrong and what to do, one sentence; null where nothing is. */
    private String problem(PublisherStatus status, SignalsHeader header, long published, long silentNs,
            Long deadlineInNs) {
        String pid = "publisher pid=" + header.publisher().pid();
        String silent = DurationText.format(silentNs);
        return switch (status) {
            case DEAD -> pid + " is gone without having closed the bus, its last heartbeat was " + silent
                    + " ago; start it again, the sequence continues at " + published;
            case STALLED -> pid + " owns the bus but has written no heartbeat for " + silent + "; it is stopped"
                    + " (continue it with kill -CONT) or starved of CPU";
            case ALIVE -> deadlineInNs != null && deadlineInNs < -OVERDUE_NS
                    ? pid + " is late: its next deadline passed " + DurationText.format(-deadlineInNs)
                            + " ago; it gets too little CPU, see 'tickbus doctor'"
                    : noRoom();
            case CLOSED -> null;
        };
    }

    /** A publisher that changes its geometry, or another bus, needs room for a second file. */
    private String noRoom() {
        try {
            long usable = Files.getFileStore(directory.signals()).getUsableSpace();
            return usable >= file.region().length() ? null : String.format(Locale.ROOT,
                    "only %,d bytes are free beside it, less than another such bus needs; free some, or enlarge its"
                    + " file system (mount -o remount,size=… /dev/shm)", usable);
        } catch (IOException e) {
            return null;
        }
    }
}
