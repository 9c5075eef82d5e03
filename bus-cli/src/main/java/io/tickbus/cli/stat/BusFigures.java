package io.tickbus.cli.stat;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.platform.ProcessIdentity;
import java.util.concurrent.TimeUnit;

/**
 * A bus's header as of one moment.
 *
 * @param state          {@code SignalsLayout.STATE_*}
 * @param nextDeadlineIn nanoseconds, negative when it is overdue; {@link SignalsLayout#NO_DEADLINE} without one
 * @param ratePerSecond  signals, over a short sample; negative before it was taken
 */
record BusFigures(int layoutVersion, int state, ProcessIdentity publisher, int publisherCpu, long epoch,
                  long epochAgeNs, long published, double ratePerSecond, long nextDeadlineIn, long heartbeatAgeNs,
                  long heartbeatIntervalNs, boolean hasParking, long slotCount, long fileLength, long ageNs) {
    private static final String[] FIELDS = {"layoutVersion", "state", "publisherPid", "publisherStartTicks",
        "publisherCpu", "epoch", "epochAgeNs", "published", "signalsPerSecond", "nextDeadlineInNs", "heartbeatAgeNs",
        "heartbeatIntervalNs", "parking", "slots", "fileBytes", "ageNs"};

    static BusFigures of(SignalsHeader header) {
        long nowNs = System.nanoTime();
        long deadlineNs = header.nextDeadlineNs();
        long realtimeNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        return new BusFigures(header.layoutVersion(), header.state(), header.publisher(), header.publisherCpu(),
                header.epoch(), nowNs - header.epochStartedNs(), header.nextSequence(), -1,
                deadlineNs == SignalsLayout.NO_DEADLINE ? deadlineNs : deadlineNs - nowNs,
                nowNs - header.heartbeatNs(), header.heartbeatIntervalNs(), header.hasParking(), header.slotCount(),
                header.fileLength(), realtimeNs - header.createdRealtimeNs());
    }

    BusFigures withRate(double signalsPerSecond) {
        return new BusFigures(layoutVersion, state, publisher, publisherCpu, epoch, epochAgeNs, published,
                signalsPerSecond, nextDeadlineIn, heartbeatAgeNs, heartbeatIntervalNs, hasParking, slotCount,
                fileLength, ageNs);
    }

    boolean hasDeadline() {
        return nextDeadlineIn != SignalsLayout.NO_DEADLINE;
    }

    String stateName() {
        return switch (state) {
            case SignalsLayout.STATE_OPEN -> "open";
            case SignalsLayout.STATE_CLOSED -> "closed";
            case SignalsLayout.STATE_REPLACED -> "replaced";
            default -> "unknown (" + state + ")";
        };
    }

    JsonObject json() {
        Object[] values = {layoutVersion, stateName(), publisher.pid(), publisher.startTicks(),
            publisherCpu < 0 ? null : (Object) publisherCpu, epoch, epochAgeNs, published,
            ratePerSecond < 0 ? null : (Object) ratePerSecond, hasDeadline() ? (Object) nextDeadlineIn : null,
            heartbeatAgeNs, heartbeatIntervalNs, hasParking, slotCount, fileLength, ageNs};
        JsonObject object = new JsonObject();
        for (int i = 0; i < FIELDS.length; i++) {
            object.with(FIELDS[i], values[i]);
        }
        return object;
    }

    /** The same fields, all null. */
    static JsonObject unknown() {
        JsonObject object = new JsonObject();
        for (String field : FIELDS) {
            object.with(field, null);
        }
        return object;
    }
}
