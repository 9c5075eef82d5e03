// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.config;

import io.tickbus.cli.TextLayout;
import io.tickbus.daemon.DaemonSetting;
import java.io.PrintWriter;
import java.util.List;

/** Explains every setting: as a settings file, in which each is a comment, or as tables of a document. */
final class SettingsSample {
    private static final int WIDTH = 98;
    private static final String INTRODUCTION = """
            # Settings of a Tickbus daemon, one 'key = value' a line. Each is shown with its default: remove
            # the '#' before a key to change it. An option of the command line, such as --mode, wins.
            #
            #   tickbus config check FILE     names every mistake in a file
            #   tickbus config show           shows what a daemon has in force, and where each value comes from
            #   tickbus reload                has a daemon read its file again, without a restart""";

    private SettingsSample() {
    }

    static void print(PrintWriter out, boolean isMarkdown) {
        if (!isMarkdown) {
            out.println(INTRODUCTION);
        }
        for (DaemonSetting.Section section : DaemonSetting.Section.values()) {
            List<DaemonSetting<?>> settings =
                    DaemonSetting.all().stream().filter(setting -> setting.section() == section).toList();
            if (isMarkdown) {
                printTable(out, section, settings);
            } else {
                out.println();
                out.println("# == " + section.title() + " ==");
                settings.forEach(setting -> printSetting(out, setting));
            }
        }
        out.flush();
    }

    private static void printSetting(PrintWriter out, DaemonSetting<?> setting) {
        out.println();
        TextLayout.wrap(setting.description() + (setting.isReloadable() ? "." : ". A change needs a restart."), WIDTH)
                .forEach(line -> out.println("# " + line));
        TextLayout.wrap("Allowed: " + setting.allowed() + ".", WIDTH).forEach(line -> out.println("# " + line));
        out.println("#" + setting.key() + " = " + setting.defaultText());
    }

    private static void printTable(PrintWriter out, DaemonSetting.Section section, List<DaemonSetting<?>> settings) {
        out.println("## " + section.title());
        out.println();
        out.println("| key | option | default | allowed | what it is for | reload |");
        out.println("|---|---|---|---|---|---|");
        for (DaemonSetting<?> setting : settings) {
            out.println("| `" + setting.key() + "` | `" + setting.option() + "` | `" + setting.defaultText() + "` | "
                    + setting.allowed() + " | " + setting.description() + " | "
                    + (setting.isReloadable() ? "yes" : "restart") + " |");
        }
        out.println();
    }
}
