// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.core.SignalRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Signals as rows of a table: a line each, or more on a terminal that is too narrow. */
final class SignalTable implements SignalFormat {
    private static final byte[] MISSED = " missed=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAYLOAD = " 0x".getBytes(StandardCharsets.US_ASCII);
    /** Where the further lines of a row begin. */
    private static final int INDENT = 2;
    private static final Cell SEQUENCE = (out, observed, clock) -> out.put(observed.signal().sequence());
    private static final Cell SIGNAL = (out, observed, clock) -> out.put(observed.signal().signalId());
    private static final Cell KEY = (out, observed, clock) -> out.put(observed.signal().key());
    private static final Cell LATENESS = (out, observed, clock) -> putLive(out, observed, observed.latenessNs());

    private final WallClock clock = new WallClock();
    private final List<Column> columns = new ArrayList<>();
    private final int lineWidth;
    private int end;

    private record Column(String title, boolean isOnNewLine, int start, Cell cell) {
    }

    private SignalTable(int lineWidth) {
        this.lineWidth = lineWidth;
    }

    private SignalTable with(String title, int width, Cell cell) {
        boolean isOnNewLine = end > INDENT && end + width > lineWidth;
        int start = isOnNewLine ? INDENT : end;
        end = start + width;
        columns.add(new Column(title, isOnNewLine, start, cell));
        return this;
    }

    /** The signals: at most 80 characters, so what few signals have takes no column. */
    static SignalTable ofSignals(int lineWidth) {
        return new SignalTable(lineWidth).with("SEQUENCE", 10, SEQUENCE).with("SIGNAL", 7, SIGNAL)
                .with("PUBLISHED", 19, (out, observed, clock) ->
                        clock.putTimeOfDay(out, observed.signal().publishedNs(), observed.observedNs()))
                .with("KEY", 7, KEY).with("LATENESS us", 12, LATENESS)
                .with("LATENCY us", 11, (out, observed, clock) -> putLive(out, observed, observed.latencyNs()))
                .with("FLAGS", 14, (out, observed, clock) -> {
                    SignalRecord signal = observed.signal();
                    out.put(FlagNames.commaSeparated(signal.flags()));
                    if (signal.missed() != 0) {
                        out.put(MISSED).put(Integer.toUnsignedLong(signal.missed()));
                    }
                    if (signal.payloadLength() > 0) {
                        out.put(PAYLOAD).putPayload(signal);
                    }
                });
    }

    /** What concerns timers. */
    static SignalTable ofTimers(int lineWidth) {
        return new SignalTable(lineWidth).with("SEQUENCE", 13, SEQUENCE).with("SIGNAL", 12, SIGNAL)
                .with("DUE", 20, (out, observed, clock) ->
                        clock.putTimeOfDay(out, observed.signal().deadlineNs(), observed.observedNs()))
                .with("OWNER", 7, (out, observed, clock) -> out.put(observed.signal().owner()))
                .with("KEY", 12, KEY)
                .with("OCCURRENCE", 12, (out, observed, clock) ->
                        out.put(Integer.toUnsignedLong(observed.signal().occurrence())))
                .with("MISSED", 8, (out, observed, clock) ->
                        out.put(Integer.toUnsignedLong(observed.signal().missed())))
                .with("PUBLISHED us", 14, (out, observed, clock) -> out.putMicros(observed.publishedLatenessNs()))
                .with("OBSERVED us", 14, LATENESS)
                .with("FLAGS", 16, (out, observed, clock) ->
                        out.put(FlagNames.commaSeparated(observed.signal().flags())))
                .with("PAYLOAD", 24, (out, observed, clock) -> {
                    if (observed.signal().payloadLength() > 0) {
                        out.putPayload(observed.signal());
                    } else {
                        out.put('-');
                    }
                });
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
            goTo(column, out);
            out.put(column.title);
        }
        out.endLine();
    }

    @Override
    public void signal(LineBuffer out, ObservedSignal observed) {
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            goTo(column, out);
            column.cell.put(out, observed, clock);
        }
        out.endLine();
    }

    private static void goTo(Column column, LineBuffer out) {
        if (column.isOnNewLine) {
            out.endLine();
        }
        if (column.start > 0) {
            out.toColumn(column.start);
        }
    }
}
