package io.tickbus.cli.dump;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Sizes;
import io.tickbus.cli.Tickbus;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what stands in a signals file, whatever its condition, and changes nothing. */
@Command(name = "dump",
        description = "Show what stands in a signals file, byte by byte: also of a dead, foreign or damaged bus.",
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

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusArgument bus;
    @Option(names = "--file", paramLabel = "FILE", description = "A signals file by its path.")
    private Path path;
    @Option(names = "--header", description = "The header alone.")
    private boolean isHeaderOnly;
    @ArgGroup
    private Selection selection = new Selection();
    @Option(names = "--raw", description = "The bytes too.")
    private boolean isRaw;
    @Option(names = "--json", description = "Print an object.")
    private boolean isJson;

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
                sayIfLong(file);
                scan = new SlotScan(file, findings);
                scan.run();
            }
            print(file, check.origin(), findings, scan);
        }
        return Tickbus.DONE;
    }

    private void sayIfLong(DumpFile file) {
        if (file.presentSlots() > LONG) {
            spec.commandLine().getErr().println("tickbus: reading " + Sizes.format(file.length()) + " …");
        }
    }

    private void print(DumpFile file, String origin, Findings findings, SlotScan scan) {
        PrintWriter out = spec.commandLine().getOut();
        List<SlotRange> ranges = scan == null ? List.of() : ranges(file, scan);
        if (isJson) {
            new DumpJson(out, file).print(origin, findings, scan, ranges, isRaw);
            return;
        }
        DumpText text = new DumpText(out, file);
        text.header(origin);
        if (isRaw) {
            text.headerBytes();
        }
        if (scan != null) {
            text.slots(scan);
            text.slotHeading();
            for (SlotRange range : ranges) {
                SlotScan.read(file, range.first(), range.last(), slot -> text.slot(slot, isRaw));
            }
        }
        text.findings(findings);
        out.flush();
    }

    private List<SlotRange> ranges(DumpFile file, SlotScan scan) {
        if (selection.range != null) {
            return List.of(selection.range);
        }
        long wanted = selection.last == null ? DEFAULT_LAST : selection.last;
        return SlotRange.latest(wanted, scan.newest(), file.slotCount());
    }
}
