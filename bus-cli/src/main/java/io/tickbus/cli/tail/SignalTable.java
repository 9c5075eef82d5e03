package io.tickbus.cli.tail;

import io.tickbus.cli.Report;
import io.tickbus.core.SignalRecord;
import java.nio.charset.StandardCharsets;

/** Signals as lines of a table. Events go to standard error only, so that the table stays one. */
final class SignalTable implements SignalFormat {
    private static final byte[] MISSED = " missed=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAYLOAD = " 0x".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNAL_COLUMN = 10;
    private static final int TIME_COLUMN = 17;
    private static final int KEY_COLUMN = 36;
    private static final int LATENESS_COLUMN = 43;
    private static final int LATENCY_COLUMN = 55;
    private static final int FLAGS_COLUMN = 66;

    private final WallClock clock = new WallClock();

    @Override
    public void begin(LineBuffer out) {
        out.put("SEQUENCE").toColumn(SIGNAL_COLUMN).put("SIGNAL").toColumn(TIME_COLUMN).put("PUBLISHED")
                .toColumn(KEY_COLUMN).put("KEY").toColumn(LATENESS_COLUMN).put("LATENESS us")
                .toColumn(LATENCY_COLUMN).put("LATENCY us").toColumn(FLAGS_COLUMN).put("FLAGS").endLine();
    }

    @Override
    public void signal(LineBuffer out, Sighting sighting) {
        SignalRecord signal = sighting.signal();
        out.put(signal.sequence()).toColumn(SIGNAL_COLUMN).put(signal.signalId()).toColumn(TIME_COLUMN);
        clock.putTimeOfDay(out, signal.publishedNs(), sighting.observedNs());
        out.toColumn(KEY_COLUMN).put(signal.key()).toColumn(LATENESS_COLUMN);
        Micros.putUnlessBacklog(out, sighting, sighting.latenessNs());
        out.toColumn(LATENCY_COLUMN);
        Micros.putUnlessBacklog(out, sighting, sighting.latencyNs());
        out.toColumn(FLAGS_COLUMN).put(FlagNames.commaSeparated(signal.flags()));
        // What few signals have takes no column: the table fits into 80.
        if (signal.missed() != 0) {
            out.put(MISSED).put(Integer.toUnsignedLong(signal.missed()));
        }
        if (signal.payloadLength() > 0) {
            out.put(PAYLOAD);
            PayloadHex.put(out, signal);
        }
        out.endLine();
    }

    @Override
    public void event(LineBuffer out, Report event) {
        // On standard error; see TailEvents.
    }
}
