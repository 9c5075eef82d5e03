// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.core.SignalRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Signals as lines of a table. */
final class SignalTable implements SignalFormat {
    private static final byte[] MISSED = " missed=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAYLOAD = " 0x".getBytes(StandardCharsets.US_ASCII);
    private static final int PAYLOAD_COLUMN = 128;
    private static final Cell SEQUENCE = (out, observed, clock) -> out.put(observed.signal().sequence());
    private static final Cell SIGNAL = (out, observed, clock) -> out.put(observed.signal().signalId());
    private static final Cell KEY = (out, observed, clock) -> out.put(observed.signal().key());
    private static final Cell LATENESS = (out, observed, clock) -> putLive(out, observed, observed.latenessNs());

    private final WallClock clock = new WallClock();
    private final List<Column> columns;

    private record Column(String title, int start, Cell cell) {
    }

    private SignalTable(Column... columns) {
        this.columns = List.of(columns);
    }

    /** The signals: at most 80 characters, so what few signals have takes no column. */
    static SignalTable ofSignals() {
        return new SignalTable(new Column("SEQUENCE", 0, SEQUENCE), new Column("SIGNAL", 10, SIGNAL),
                new Column("PUBLISHED", 17, (out, observed, clock) ->
                        clock.putTimeOfDay(out, observed.signal().publishedNs(), observed.observedNs())),
                new Column("KEY", 36, KEY), new Column("LATENESS us", 43, LATENESS),
                new Column("LATENCY us", 55, (out, observed, clock) -> putLive(out, observed, observed.latencyNs())),
                new Column("FLAGS", 66, (out, observed, clock) -> {
                    SignalRecord signal = observed.signal();
                    out.put(FlagNames.commaSeparated(signal.flags()));
                    if (signal.missed() != 0) {
                        out.put(MISSED).put(Integer.toUnsignedLong(signal.missed()));
                    }
                    if (signal.payloadLength() > 0) {
                        out.put(PAYLOAD).putPayload(signal);
                    }
                }));
    }

    /** What concerns timers. */
    static SignalTable ofTimers() {
        return new SignalTable(new Column("SEQUENCE", 0, SEQUENCE), new Column("SIGNAL", 13, SIGNAL),
                new Column("DUE", 25, (out, observed, clock) ->
                        clock.putTimeOfDay(out, observed.signal().deadlineNs(), observed.observedNs())),
                new Column("OWNER", 45, (out, observed, clock) -> out.put(observed.signal().owner())),
                new Column("KEY", 52, KEY),
                new Column("OCCURRENCE", 64, (out, observed, clock) ->
                        out.put(Integer.toUnsignedLong(observed.signal().occurrence()))),
                new Column("MISSED", 76, (out, observed, clock) ->
                        out.put(Integer.toUnsignedLong(observed.signal().missed()))),
                new Column("PUBLISHED us", 84, (out, observed, clock) ->
                        out.putMicros(observed.publishedLatenessNs())),
                new Column("OBSERVED us", 98, LATENESS),
                new Column("FLAGS", 112, (out, observed, clock) -> {
                    out.put(FlagNames.commaSeparated(observed.signal().flags()));
                    if (observed.signal().payloadLength() > 0) {
                        out.toColumn(PAYLOAD_COLUMN).putPayload(observed.signal());
                    }
                }), new Column("PAYLOAD", PAYLOAD_COLUMN, null));
    }

    /** Only where the time was measured: what came before this reader was not seen when it was published. */
    private static void putLive(LineBuffer out, ObservedSignal observed, long ns) {
        if (observed.isBacklog()) {
            out.put('-');
        } else {
            out.putMicros(ns);
        }
    }

    @Override
    public void begin(LineBuffer out) {
        for (Column column : columns) {
            if (column.start > 0) {
                out.toColumn(column.start);
            }
            out.put(column.title);
        }
        out.endLine();
    }

    @Override
    public void signal(LineBuffer out, ObservedSignal observed) {
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (column.cell != null) {
                if (column.start > 0) {
                    out.toColumn(column.start);
                }
                column.cell.put(out, observed, clock);
            }
        }
        out.endLine();
    }
}
