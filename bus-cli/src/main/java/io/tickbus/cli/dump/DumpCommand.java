// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Sizes;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what a signals file contains, whatever its condition, and changes nothing. */
@Command(name = "dump",
        description = "Show what a signals file contains, byte by byte: also of a dead, foreign or damaged bus.",
        footer = {
            "",
            "Examples:",
            "  tickbus dump md                        header, states of all slots, the 8 latest signals",
            "  tickbus dump --slots 0..15 --raw",
            "  tickbus dump --file /backup/signals --header --json",
            "",
            "Nothing is changed, nothing is locked, and no byte of the file is trusted."})
public final class DumpCommand implements Callable<Integer> {
    private static final int DEFAULT_LAST = 8;
    private static final int LONG = 1 << 21;
    private static final int RAW_WIDTH = 32;
    private static final int ROWS_PER_PRINT = 256;

    @Mixin
    private BusArgument bus;
    @Mixin
    private OutputOptions output;
    @Option(names = "--file", paramLabel = "FILE", description = "A signals file by its path.")
    private Path path;
    @Option(names = "--header", description = "The header alone.")
    private boolean isHeaderOnly;
    @ArgGroup
    private Selection selection = new Selection();
    @Option(names = "--raw", description = "The bytes too.")
    private boolean isRaw;

    /** Which slots. */
    static final class Selection {
        @Option(names = "--slots", paramLabel = "A..B", converter = SlotRange.Converter.class,
                description = "These slots of the ring, from 0.")
        private SlotRange range;
        @Option(names = "--last", paramLabel = "N", description = "The latest N signals; default " + DEFAULT_LAST + ".")
        private Integer last;
    }

    @Override
    public Integer call() {
        if (selection.last != null && selection.last < 1) {
            throw new IllegalArgumentException("at least one signal must be shown: last=" + selection.last);
        }
        if (path != null && bus.isArgument()) {
            throw new IllegalArgumentException("a bus and --file exclude each other: bus=" + bus.name() + " file="
                    + path);
        }
        try (DumpFile file = DumpFile.open(path == null ? bus.directory().signals() : path)) {
            Findings findings = new Findings();
            HeaderCheck check = new HeaderCheck(file, findings);
            check.run();
            SlotScan scan = null;
            if (!isHeaderOnly) {
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
        if (selection.range != null) {
            return List.of(selection.range);
        }
        long wanted = selection.last == null ? DEFAULT_LAST : selection.last;
        return SlotRange.latest(wanted, scan.newest(), file.slotCount());
    }

    /** All but the closing bracket, and then the slots as they are read, since there may be millions. */
    private void printJson(DumpFile file, Report dump, List<SlotRange> ranges) {
        PrintWriter out = output.out();
        String text = dump.line();
        out.print(text.substring(0, text.length() - 1) + ",\"slots\":[");
        String separator = "\n";
        for (SlotRange range : ranges) {
            for (DumpedSlot slot : SlotScan.slots(file, range)) {
                out.print(separator + slot.report(isRaw).line());
                separator = ",\n";
            }
        }
        out.println("]}");
    }

    private void print(DumpFile file, Report dump, List<SlotRange> ranges, Findings findings) {
        PrintWriter out = output.out();
        ReportText.print(out, dump);
        out.println();
        ReportText.table("offset", "length", "name", "value", "meaning").print(out,
                HeaderField.reports(file.header()));
        if (isRaw) {
            out.println();
            printHeaderBytes(file);
        }
        if (!isHeaderOnly) {
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
        if (isRaw) {
            columns.add("raw");
        }
        ReportText.Table table = ReportText.table(columns.toArray(new String[0]));
        List<Report> rows = new ArrayList<>();
        for (SlotRange range : ranges) {
            for (DumpedSlot slot : SlotScan.slots(file, range)) {
                rows.add(slot.report(isRaw));
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
