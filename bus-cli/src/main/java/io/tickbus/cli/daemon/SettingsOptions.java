// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The daemon's settings: a file, and an option for each, which goes before what the file says. */
final class SettingsOptions {
    private final Map<DaemonSetting<?>, Option<String>> options = new LinkedHashMap<>();
    private final Option<Path> file;

    SettingsOptions(CommandSpec command) {
        file = command.option("--settings", "FILE", PathText::parse, "A file of settings, one 'key = value' a line, "
                + "read again at SIGHUP or 'tickbus reload'. The options below, which have the keys in brackets, win.");
        for (DaemonSetting.Section section : DaemonSetting.Section.values()) {
            command.group(section.title(), () -> DaemonSetting.all().stream()
                    .filter(setting -> setting.section() == section).forEach(setting -> add(command, setting)));
        }
    }

    private void add(CommandSpec command, DaemonSetting<?> setting) {
        Option<String> option = command.option(setting.option(), setting.label(), text -> text,
                setting.description() + " (" + setting.key() + ")").standard(setting.defaultText())
                .alone(setting.valueAlone());
        options.put(setting, setting.isList() ? option.repeatable() : option);
    }

    /** Reads file and options; the file each time again. */
    DaemonSettings load() {
        Map<DaemonSetting<?>, String> given = new LinkedHashMap<>();
        options.forEach((setting, option) -> {
            if (option.isGiven()) {
                given.put(setting, String.join(",", option.all()));
            }
        });
        return DaemonSettings.load(file.get(), given);
    }
}
