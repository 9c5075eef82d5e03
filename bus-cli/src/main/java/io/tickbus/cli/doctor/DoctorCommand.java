// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.posix.HostFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports what on this host costs precision, and how to fix it. */
@Command(name = "doctor",
        description = "Report what on this host costs precision, and how to fix it. Takes about two seconds.",
        footer = {
            "",
            "Examples:",
            "  tickbus doctor",
            "  tickbus doctor --json | jq '.findings[] | select(.verdict != \"OK\")'",
            "",
            "Exit code 1 only when a bus cannot be used here at all; bad precision is no failure."})
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private BusOptions bus;
    @Mixin
    private OutputOptions output;
    @Option(names = "--root", hidden = true, defaultValue = "/", description = "Read a copy of /proc and /sys.")
    private Path root;

    @Override
    public Integer call() {
        if (!output.isJson()) {
            output.say("checking and measuring for two seconds …");
        }
        List<Finding> findings = examine(new HostFiles(root), bus.root());
        if (bus.isBusNamed()) {
            findings.add(0, new RuntimeChecks(bus.root()).named(bus.directory()));
        }
        boolean isUsable = findings.stream().noneMatch(Finding::isUnusable);
        if (output.isJson()) {
            output.print(new Report().with("usable", isUsable)
                    .with("findings", findings.stream().map(Finding::report).toList()));
        } else {
            findings.forEach(this::print);
            output.out().println(summary(findings, isUsable));
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

    private void print(Finding finding) {
        String verdict = String.format(Locale.ROOT, "%-8s", finding.verdict());
        output.out().printf(Locale.ROOT, "%s%-18s %s%n", Terminal.status("verdict", verdict), finding.name(),
                finding.value());
        if (finding.remedy() != null) {
            output.out().println(" ".repeat(27) + "→ " + finding.remedy());
        }
    }

    private static String summary(List<Finding> findings, boolean isUsable) {
        String counts = findings.size() + " checks: " + count(findings, Verdict.BAD) + " failed, "
                + count(findings, Verdict.WARN) + " warnings";
        return isUsable ? counts : Terminal.bad(counts + "; the bus cannot be used here");
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }
}
