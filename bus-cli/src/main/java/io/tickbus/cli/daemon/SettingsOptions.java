// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** The daemon's settings: a file, and an option for each, which goes before what the file says. */
final class SettingsOptions {
    private final Map<DaemonSetting, Option<String>> options = new EnumMap<>(DaemonSetting.class);

    private final Option<Path> file;

    SettingsOptions(CommandSpec command) {
        file = command.option("--settings", "FILE", PathText::parse, "A file of settings, one 'key = value' a line, "
                + "read again at SIGHUP or 'tickbus reload'; the options under Settings win.");
        command.group("Settings, with their keys in the file", () -> {
            for (DaemonSetting setting : DaemonSetting.values()) {
                options.put(setting, command.option(setting.option(), setting.label(), text -> text,
                        setting.description() + " (" + setting.key() + ")").standard(setting.defaultText()));
            }
        });
    }

    /** Reads file and options; the file each time again. */
    DaemonSettings load() {
        Map<DaemonSetting, String> given = new EnumMap<>(DaemonSetting.class);
        options.forEach((setting, option) -> {
            if (option.isGiven()) {
                given.put(setting, option.get());
            }
        });
        return DaemonSettings.load(file.get(), given);
    }
}
