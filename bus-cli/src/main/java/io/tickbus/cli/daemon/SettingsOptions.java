// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The daemon's settings: a file, and an option for each, which goes before what the file says. */
final class SettingsOptions {
    private final Map<DaemonSetting, String> flags = new EnumMap<>(DaemonSetting.class);

    @Option(names = "--settings", paramLabel = "FILE", order = 1,
            description = "A file of settings, one 'key = value' a line, read again at SIGHUP or 'tickbus reload'; "
                    + "the options below go before what it says.")
    private Path file;

    /** Adds the options to the command. */
    @Spec(Spec.Target.MIXEE)
    void addTo(CommandSpec daemon) {
        int order = 2;
        for (DaemonSetting setting : DaemonSetting.values()) {
            daemon.addOption(OptionSpec.builder(setting.option()).paramLabel(setting.label()).type(String.class)
                    .order(order++).setter(new ISetter() {
                        @Override
                        public <T> T set(T value) {
                            if (value != null) {
                                flags.put(setting, (String) value);
                            }
                            return null;
                        }
                    }).description(setting.description() + " (" + setting.key() + "); default "
                            + setting.defaultText() + ".").build());
        }
    }

    /** Reads file and options; the file each time again. */
    DaemonSettings load() {
        return DaemonSettings.load(file, flags);
    }
}
