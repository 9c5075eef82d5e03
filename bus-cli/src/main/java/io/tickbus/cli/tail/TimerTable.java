package io.tickbus.cli.tail;

import io.tickbus.cli.Report;
import io.tickbus.core.SignalRecord;

/** Signals as lines of a table, with what concerns timers. Events go to standard error only. */
final class TimerTable implements SignalFormat {
    private static final int SIGNAL_COLUMN = 13;
    private static final int TIME_COLUMN = 25;
    private static final int OWNER_COLUMN = 45;
    private static final int KEY_COLUMN = 52;
    private static final int OCCURRENCE_COLUMN = 64;
    private static final int MISSED_COLUMN = 76;
    private static final int PUBLISHED_COLUMN = 84;
    private static final int OBSERVED_COLUMN = 98;
    private static final int FLAGS_COLUMN = 112;
    private static final int PAYLOAD_COLUMN = 128;

    private final WallClock clock = new WallClock();

    @Override
    public void begin(LineBuffer out) {
        out.put("SEQUENCE").toColumn(SIGNAL_COLUMN).put("SIGNAL").toColumn(TIME_COLUMN).put("DUE")
                .toColumn(OWNER_COLUMN).put("OWNER").toColumn(KEY_COLUMN).put("KEY").toColumn(OCCURRENCE_COLUMN)
                .put("OCCURRENCE").toColumn(MISSED_COLUMN).put("MISSED").toColumn(PUBLISHED_COLUMN)
                .put("PUBLISHED us").toColumn(OBSERVED_COLUMN).put("OBSERVED us").toColumn(FLAGS_COLUMN).put("FLAGS")
                .toColumn(PAYLOAD_COLUMN).put("PAYLOAD").endLine();
    }

    @Override
    public void signal(LineBuffer out, Sighting sighting) {
        SignalRecord signal = sighting.signal();
        out.put(signal.sequence()).toColumn(SIGNAL_COLUMN).put(signal.signalId()).toColumn(TIME_COLUMN);
        clock.putTimeOfDay(out, signal.deadlineNs(), sighting.observedNs());
        out.toColumn(OWNER_COLUMN).put(signal.owner()).toColumn(KEY_COLUMN).put(signal.key())
                .toColumn(OCCURRENCE_COLUMN).put(Integer.toUnsignedLong(signal.occurrence()))
                .toColumn(MISSED_COLUMN).put(Integer.toUnsignedLong(signal.missed())).toColumn(PUBLISHED_COLUMN);
        Micros.put(out, sighting.publishedLatenessNs());
        Micros.putUnlessBacklog(out.toColumn(OBSERVED_COLUMN), sighting, sighting.latenessNs());
        out.toColumn(FLAGS_COLUMN).put(FlagNames.commaSeparated(signal.flags()));
        if (signal.payloadLength() > 0) {
            out.toColumn(PAYLOAD_COLUMN);
            PayloadHex.put(out, signal);
        }
        out.endLine();
    }

    @Override
    public void event(LineBuffer out, Report event) {
        // On standard error; see TailEvents.
    }
}
