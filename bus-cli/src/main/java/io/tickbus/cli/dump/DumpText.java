package io.tickbus.cli.dump;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Terminal;
import io.tickbus.core.layout.SignalsLayout;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;

/** A dump for people. */
record DumpText(PrintWriter out, DumpFile file) {
    private static final int RAW_WIDTH = 32;

    void header(String origin) {
        out.println(Terminal.strong(file.path().toString()) + "  " + file.length() + " bytes, written by " + origin);
        out.println();
        out.printf(Locale.ROOT, "%6s %6s  %-22s %s%n", "OFFSET", "LENGTH", "FIELD", "VALUE");
        for (HeaderField field : HeaderField.ALL) {
            Object value = field.value(file.header());
            out.printf(Locale.ROOT, "%6d %6d  %-22s %s%n", field.offset(), field.length(), field.name(),
                    value == null ? Terminal.bad("missing: the file ends before it") : value + note(field, value));
        }
    }

    private static String note(HeaderField field, Object value) {
        return switch (field.name()) {
            case "magic" -> value.equals("0x" + Long.toHexString(SignalsLayout.MAGIC_VALUE)) ? "  TICKSIG1" : "";
            case "createdRealtimeNs" -> "  " + Instant.ofEpochSecond(0, (long) value);
            case "heartbeatIntervalNs" -> "  " + Durations.format((long) value);
            case "nextDeadlineNs" -> (long) value == SignalsLayout.NO_DEADLINE ? "  none" : "";
            case "state" -> switch ((int) value) {
                case SignalsLayout.STATE_OPEN -> "  open";
                case SignalsLayout.STATE_CLOSED -> "  closed";
                case SignalsLayout.STATE_REPLACED -> "  replaced";
                default -> "";
            };
            case "clockId" -> (int) value == SignalsLayout.CLOCK_MONOTONIC ? "  CLOCK_MONOTONIC" : "";
            default -> "";
        };
    }

    void headerBytes() {
        out.println();
        int end = Math.min(file.header().limit(), SignalsLayout.NEXT_SEQUENCE + Long.BYTES);
        for (int offset = 0; offset < end; offset += RAW_WIDTH) {
            byte[] line = new byte[Math.min(RAW_WIDTH, end - offset)];
            file.header().get(offset, line);
            out.printf(Locale.ROOT, "%6d  %s%n", offset, HexFormat.ofDelimiter(" ").formatHex(line));
        }
    }

    void slots(SlotScan scan) {
        out.println();
        out.printf(Locale.ROOT, "%,d slots: %,d committed, %,d being written, %,d empty%n", scan.slotCount(),
                scan.committed(), scan.writing(), scan.empty());
    }

    void slotHeading() {
        out.printf(Locale.ROOT, "%8s %9s  %-9s %10s %8s %16s %16s %20s %-10s %5s %5s %10s  %s%n", "SLOT", "OFFSET",
                "STATE", "SEQUENCE", "SIGNAL", "PUBLISHED ns", "DEADLINE ns", "KEY", "FLAGS", "OCC", "MISS",
                "GENERATION", "PAYLOAD");
    }

    void slot(DumpedSlot slot, boolean isRaw) {
        out.println(slot.line());
        if (isRaw) {
            out.println("         " + slot.raw());
        }
    }

    void findings(Findings findings) {
        out.println();
        if (findings.count() == 0) {
            out.println(Terminal.good("consistent"));
            return;
        }
        out.println(Terminal.bad(findings.count() + " inconsistencies"));
        findings.sentences().forEach(sentence -> out.println("  " + sentence));
        if (findings.count() > findings.sentences().size()) {
            out.println("  … and " + (findings.count() - findings.sentences().size()) + " more");
        }
    }
}
