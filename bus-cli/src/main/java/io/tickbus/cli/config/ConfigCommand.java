// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.config;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.EffectiveSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks a settings file, shows settings with their origins, or prints a sample. */
public final class ConfigCommand implements Command {
    private enum Action { CHECK, SHOW, SAMPLE }

    private final Option<Action> action;
    private final Option<Path> file;
    private final Option<Boolean> markdown;
    private final BusOptions bus;
    private final OutputOptions output;

    /** Says what it takes. */
    public ConfigCommand(CommandSpec command) {
        action = command.argument(Action.class, "Name every mistake in a file, show what each setting is and where "
                + "that comes from, or print a file in which every setting is explained.").required();
        file = command.argument("FILE", PathText::parse, "The settings file. Without one, show asks which settings "
                + "the bus's daemon has in force.");
        markdown = command.flag("--markdown", "Sample: print tables for a document.");
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus config sample > md.properties
                  tickbus config check md.properties
                  tickbus config show --bus md --json | jq '.settings[] | select(.from != "default")'

                Exit code 1 when check finds a mistake, or show no daemon.""");
    }

    @Override
    public int run() {
        switch (action.get()) {
            case CHECK -> {
                return check();
            }
            case SHOW -> show();
            default -> SettingsSample.print(output.out(), markdown.isGiven());
        }
        return Tickbus.DONE;
    }

    private int check() {
        if (!file.isGiven()) {
            throw new IllegalArgumentException("name the file to check");
        }
        List<String> problems = new ArrayList<>();
        DaemonSettings settings = DaemonSettings.load(file.get(), Map.of(),
                problem -> problems.add(problem.getMessage()));
        int changed = settings == null ? 0 : settings.differences(DaemonSettings.defaults()).size();
        if (settings != null || output.isJson()) {
            output.print(new Report().with("file", file.get().toString()).with("valid", settings != null)
                    .with("problems", problems).with("changed", changed),
                    file.get() + " is valid; it changes " + changed + (changed == 1 ? " setting" : " settings"));
        }
        problems.forEach(output::say);
        return settings == null ? Tickbus.FAILED : Tickbus.DONE;
    }

    private void show() {
        if (file.isGiven() && bus.isBusNamed()) {
            throw new IllegalArgumentException("show a file or a bus, and not both");
        }
        List<Report> rows = (file.isGiven() ? EffectiveSettings.of(DaemonSettings.load(file.get(), Map.of()))
                : ofDaemon(bus.directory())).stream().map(row -> new Report().with("setting", row.key())
                        .with("value", row.value()).with("from", row.origin())
                        .with("afterRestart", row.wanted())).toList();
        if (output.isJson()) {
            output.print(new Report().with("bus", file.isGiven() ? null : bus.name())
                    .with("file", file.isGiven() ? file.get().toString() : null).with("settings", rows));
        } else if (rows.stream().allMatch(row -> row.get("afterRestart") == null)) {
            ReportText.table("setting", "value", "from").print(output.out(), rows);
        } else {
            ReportText.table("setting", "value", "from", "afterRestart").print(output.out(), rows);
        }
    }

    private static List<EffectiveSettings.Row> ofDaemon(BusDirectory directory) {
        long epoch = SignalsFile.attach(directory).header().epoch();
        boolean isFree = OwnerLock.probe(directory.lock()) == OwnerLock.Probe.FREE;
        if (isFree || !Files.exists(directory.settings())) {
            throw new BusException(Reason.NOT_FOUND, "bus '" + directory.name() + "'", isFree ? "it has no daemon"
                    : "its publisher is no daemon", "start one, or name a settings file");
        }
        return EffectiveSettings.read(directory, epoch);
    }
}
