package io.tickbus.cli.stat;

import io.tickbus.cli.Durations;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.PublisherWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;

/** Looks at one bus without joining it, and finds words for what is wrong. */
final class BusInspector {
    private static final int NS_PER_S = 1_000_000_000;
    private static final long OVERDUE_NS = 10_000_000;

    private final BusDirectory directory;
    private SignalsFile file;
    private BusReport report;
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

    RuntimeException refusal() {
        return refusal;
    }

    /** Takes the second sample and reports. */
    BusReport end() {
        if (refusal != null) {
            return new BusReport(directory.name(), directory.path().toString(), BusCondition.UNREADABLE, null, null,
                    refusal.getMessage());
        }
        try {
            FaultBoundary.run(this::look, fault -> file.checkSound());
            return report;
        } catch (BusException e) {
            refusal = e;
        }
        return end();
    }

    private void look() {
        long nowNs = System.nanoTime();
        BusFigures figures = BusFigures.of(file.header());
        double rate = (figures.published() - firstSequence) * (double) NS_PER_S / Math.max(1, nowNs - firstNs);
        BusCondition condition = condition(new PublisherWatch(directory).status(file, System.nanoTime()));
        file.checkLength();
        report = new BusReport(directory.name(), directory.path().toString(), condition, figures.withRate(rate),
                DaemonFigures.of(directory, file.header()), problem(condition, figures));
    }

    private static BusCondition condition(PublisherStatus status) {
        return switch (status) {
            case ALIVE -> BusCondition.ALIVE;
            case STALLED -> BusCondition.STALLED;
            case DEAD -> BusCondition.DEAD;
            case CLOSED -> BusCondition.CLOSED;
        };
    }

    private String problem(BusCondition condition, BusFigures figures) {
        String pid = "publisher pid=" + figures.publisher().pid();
        String silent = Durations.format(figures.heartbeatAgeNs());
        return switch (condition) {
            case DEAD -> pid + " is gone without having closed the bus, its last sign of life was " + silent
                    + " ago; start it again, the sequence goes on at " + figures.published();
            case STALLED -> pid + " holds the bus but has given no sign of life for " + silent + "; it is stopped"
                    + " (continue it with kill -CONT) or starved of CPU";
            case ALIVE -> figures.hasDeadline() && figures.nextDeadlineIn() < -OVERDUE_NS
                    ? pid + " is late: its next deadline passed " + Durations.format(-figures.nextDeadlineIn())
                            + " ago; it gets too little CPU, see 'tickbus doctor'"
                    : noRoom();
            case CLOSED, UNREADABLE -> null;
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
