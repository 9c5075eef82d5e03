package io.tickbus.cli.doctor;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.posix.HostFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what on this host costs precision, and how to mend it. */
@Command(name = "doctor",
        description = "Say what on this host costs precision, and how to mend it. Takes about two seconds.",
        footer = {
            "",
            "Examples:",
            "  tickbus doctor",
            "  tickbus doctor --json | jq '.findings[] | select(.verdict != \"OK\")'",
            "",
            "Exit code 1 only when a bus cannot be used here at all; bad precision is no failure."})
public final class DoctorCommand implements Callable<Integer> {
    private static final int NAME_WIDTH = 18;

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusOptions bus;
    @Option(names = "--json", description = "Print an object.")
    private boolean isJson;
    @Option(names = "--root", hidden = true, defaultValue = "/", description = "Look at a copy of /proc and /sys.")
    private Path root;

    @Override
    public Integer call() {
        if (!isJson) {
            spec.commandLine().getErr().println("tickbus: looking and measuring, two seconds …");
        }
        List<Finding> findings = examine(new HostFiles(root), bus.root());
        if (bus.isBusNamed()) {
            findings.add(0, new RuntimeChecks(bus.root()).named(bus.directory()));
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean isUsable = findings.stream().noneMatch(Finding::isUnusable);
        if (isJson) {
            JsonOutput.print(out, new JsonObject().with("usable", isUsable)
                    .with("findings", findings.stream().map(Finding::json).toList()));
        } else {
            findings.forEach(finding -> print(out, finding));
            out.println(summary(findings, isUsable));
            out.flush();
        }
        return isUsable ? Tickbus.DONE : Tickbus.FAILED;
    }

    static List<Finding> examine(HostFiles files, Path busRoot) {
        List<Finding> findings = new ArrayList<>(new RuntimeChecks(busRoot).findings());
        findings.addAll(new KernelChecks(files).findings());
        findings.addAll(new ProcessorChecks(files).findings());
        findings.addAll(new MemoryChecks(files, busRoot).findings());
        findings.addAll(new LimitChecks(files).findings());
        findings.addAll(Measurements.findings());
        return findings;
    }

    private static void print(PrintWriter out, Finding finding) {
        String verdict = String.format(Locale.ROOT, "%-8s", finding.verdict());
        String coloured = switch (finding.verdict()) {
            case OK -> Terminal.good(verdict);
            case WARN -> Terminal.warning(verdict);
            case BAD -> Terminal.bad(verdict);
            case UNKNOWN -> Terminal.faint(verdict);
        };
        out.printf(Locale.ROOT, "%s%-" + NAME_WIDTH + "s %s%n", coloured, finding.name(), finding.value());
        if (finding.remedy() != null) {
            out.println(" ".repeat(Verdict.UNKNOWN.name().length() + 1 + NAME_WIDTH + 1) + "→ " + finding.remedy());
        }
    }

    private static String summary(List<Finding> findings, boolean isUsable) {
        long bad = findings.stream().filter(finding -> finding.verdict() == Verdict.BAD).count();
        long warn = findings.stream().filter(finding -> finding.verdict() == Verdict.WARN).count();
        String counts = findings.size() + " looks: " + bad + " bad, " + warn + " to be improved";
        return isUsable ? counts : Terminal.bad(counts + "; the bus cannot be used here");
    }
}
