// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Sizes;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Shows what a signals file contains, whatever its condition, and changes nothing. */
public final class DumpCommand implements Command {
    private static final long DEFAULT_LAST = 8;
    private static final int LONG = 1 << 21;
    private static final int RAW_WIDTH = 32;
    private static final int ROWS_PER_PRINT = 256;

    private final BusArgument bus;
    private final OutputOptions output;
    private final Option<Path> path;
    private final Option<Boolean> headerOnly;
    private final Option<SlotRange> slots;
    private final Option<Long> last;
    private final Option<Boolean> raw;

    /** Says what it takes. */
    public DumpCommand(CommandSpec command) {
        bus = new BusArgument(command);
        output = new OutputOptions(command);
        path = command.option("--file", "FILE", PathText::parse, "A signals file by its path.");
        headerOnly = command.flag("--header", "The header alone.");
        slots = command.option("--slots", "A..B", SlotRange::parse, "These slots of the ring, from 0.");
        last = command.option("--last", "N", IntegerText::toLong, "The latest N signals; without it "
                + DEFAULT_LAST + ".");
        raw = command.flag("--raw", "The bytes too.");
        command.footer("""
                Examples:
                  tickbus dump md                        header, states of all slots, the 8 latest signals
                  tickbus dump --slots 0..15 --raw
                  tickbus dump --file /backup/signals --header --json

                Nothing is changed, nothing is locked, and no byte of the file is trusted.""");
    }

    @Override
    public int run() {
        if (last.or(1L) < 1) {
            throw new IllegalArgumentException("at least one signal must be shown: last=" + last.get());
        }
        if (slots.isGiven() && last.isGiven()) {
            throw new IllegalArgumentException("--slots and --last exclude each other: give one of them");
        }
        if (path.isGiven() && bus.isArgument()) {
            throw new IllegalArgumentException("a bus and --file exclude each other: bus=" + bus.name() + " file="
                    + path.get());
        }
        try (DumpFile file = DumpFile.open(path.isGiven() ? path.get() : bus.directory().signals())) {
            Findings findings = new Findings();
            HeaderCheck check = new HeaderCheck(file, findings);
            check.run();
            SlotScan scan = null;
            if (!headerOnly.isGiven()) {
                if (file.presentSlots() > LONG) {
                    output.say("reading " + Sizes.format(file.length()) + " …");
                }
                scan = new SlotScan(file, findings);
                scan.run();
            }
            Report dump = new Report().with("file", file.path().toString()).with("fileBytes", file.length())
                    .with("writtenBy", check.origin()).with("header", HeaderField.reports(file.header()), null);
            if (scan != null) {
                dump.with("slotStates", scan.report());
            }
            dump.with("inconsistencies", findings.count(), null).with("findings", findings.sentences(), null);
            List<SlotRange> ranges = scan == null ? List.of() : ranges(file, scan);
            if (output.isJson()) {
                printJson(file, dump, ranges);
            } else {
                print(file, dump, ranges, findings);
            }
            output.out().flush();
        }
        return Tickbus.DONE;
    }

    private List<SlotRange> ranges(DumpFile file, SlotScan scan) {
        if (slots.isGiven()) {
            return slots.all();
        }
        return SlotRange.latest(last.or(DEFAULT_LAST), scan.newest(), file.slotCount());
    }

    /** All but the closing bracket, and then the slots as they are read, since there may be millions. */
    private void printJson(DumpFile file, Report dump, List<SlotRange> ranges) {
        PrintWriter out = output.out();
        String text = dump.line();
        out.print(text.substring(0, text.length() - 1) + ",\"slots\":[");
        String separator = "\n";
        for (SlotRange range : ranges) {
            for (DumpedSlot slot : SlotScan.slots(file, range)) {
                out.print(separator + slot.report(raw.isGiven()).line());
                separator = ",\n";
            }
        }
        out.println("]}");
    }

    private void print(DumpFile file, Report dump, List<SlotRange> ranges, Findings findings) {
        PrintWriter out = output.out();
        ReportText.print(out, dump);
        out.println();
        ReportText.table("name", "offset", "length", "value", "meaning").print(out,
                HeaderField.reports(file.header()));
        if (raw.isGiven()) {
            out.println();
            printHeaderBytes(file);
        }
        if (!headerOnly.isGiven()) {
            printSlots(file, ranges);
        }
        out.println();
        out.println(findings.count() == 0 ? Terminal.good("consistent")
                : Terminal.bad(findings.count() + " inconsistencies"));
        findings.sentences().forEach(sentence -> out.println("  " + sentence));
        if (findings.count() > findings.sentences().size()) {
            out.println("  … and " + (findings.count() - findings.sentences().size()) + " more");
        }
    }

    private void printSlots(DumpFile file, List<SlotRange> ranges) {
        PrintWriter out = output.out();
        out.println();
        List<String> columns = new ArrayList<>(List.of("slot", "offset", "state", "sequence", "signalId",
                "publishedNs", "deadlineNs", "key", "flags", "occurrence", "missed", "generation", "payload"));
        if (raw.isGiven()) {
            columns.add("raw");
        }
        ReportText.Table table = ReportText.table(columns.toArray(new String[0]));
        List<Report> rows = new ArrayList<>();
        for (SlotRange range : ranges) {
            for (DumpedSlot slot : SlotScan.slots(file, range)) {
                rows.add(slot.report(raw.isGiven()));
                if (rows.size() == ROWS_PER_PRINT) {
                    table.print(out, rows);
                    rows.clear();
                }
            }
        }
        table.print(out, rows);
    }

    private void printHeaderBytes(DumpFile file) {
        int end = Math.min(file.header().limit(), SignalsLayout.NEXT_SEQUENCE + Long.BYTES);
        for (int offset = 0; offset < end; offset += RAW_WIDTH) {
            byte[] line = new byte[Math.min(RAW_WIDTH, end - offset)];
            file.header().get(offset, line);
            output.out().printf(Locale.ROOT, "%6d  %s%n", offset, HexFormat.ofDelimiter(" ").formatHex(line));
        }
    }
}
