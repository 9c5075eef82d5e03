// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.TextLayout;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.platform.HostFiles;
import io.tickbus.core.internal.platform.Platforms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reports what on this host costs precision, and how to fix it. */
public final class DoctorCommand implements Command {
    private static final int INDENT = 27;

    private final BusOptions bus;
    private final OutputOptions output;
    private final Option<Path> root;

    /** Says what it takes. */
    public DoctorCommand(CommandSpec command) {
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        root = command.option("--root", "DIR", Path::of, "Read a copy of /proc and /sys.").standard("/").hidden();
        command.footer("""
                Examples:
                  tickbus doctor
                  tickbus doctor --json | jq '.findings[] | select(.verdict != "OK")'

                Exit code 1 only when a bus cannot be used here at all; bad precision is no failure.""");
    }

    @Override
    public int run() {
        if (!output.isJson()) {
            output.say("checking and measuring for two seconds …");
        }
        List<Finding> findings = examine(new HostFiles(root.get()), bus.root());
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
        findings.addAll(new ClockChecks(files, Platforms.current().clockDiscipline()).findings());
        findings.addAll(new ProcessorChecks(files).findings());
        findings.addAll(new IdleChecks(files, IdleLatency.effectiveUs()).findings());
        findings.addAll(new MemoryChecks(files, busRoot).findings());
        findings.addAll(new LimitChecks(files).findings());
        findings.addAll(Measurements.findings());
        return findings;
    }

    private void print(Finding finding) {
        String verdict = String.format(Locale.ROOT, "%-8s", finding.verdict());
        String text = TextLayout.paragraph(String.format(Locale.ROOT, "%s%-18s %s", verdict, finding.name(),
                finding.value()), INDENT);
        output.out().println(Terminal.status("verdict", verdict) + text.substring(verdict.length()));
        if (finding.remedy() != null) {
            output.out().println(TextLayout.paragraph(" ".repeat(Math.min(INDENT, Terminal.width() / INDENT)) + "→ "
                    + finding.remedy(), INDENT));
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
