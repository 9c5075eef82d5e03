// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.IntegerConverter;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** Whether, where and how the daemon keeps a journal. */
final class JournalCliOptions {
    private static final long MEBI = 1 << 20;
    private static final long MOST_MEBI = Long.MAX_VALUE / MEBI;
    /** No path can be this: --journal alone. */
    private static final String STANDARD = "\0";

    private final Map<Option<?>, Change> changes = new LinkedHashMap<>();
    private Option<String> folder;

    /** What an option's value makes of the others. */
    @FunctionalInterface
    private interface Change {
        JournalOptions apply(JournalOptions options);
    }

    JournalCliOptions(CommandSpec command) {
        command.group("Journal", () -> {
            folder = command.option("--journal", "DIR", text -> text, "Keep a journal of every signal, and durable "
                    + "timers, in this folder; without a folder in $XDG_STATE_HOME/tickbus/BUS.").alone(STANDARD);
            add(command.duration("--journal-keep", "How long to keep what only a replay needs").standard("7d"),
                    (options, ns) -> options.withRetention(ns, options.keepBytes()));
            add(command.option("--journal-size", "MIB", JournalCliOptions::bytes, "How much of it to keep, in MiB")
                    .standard("8192"), (options, bytes) -> options.withRetention(options.keepNs(), bytes));
            add(command.choice("--journal-roll", Roll.class, "How often another file begins").standard("hourly"),
                    JournalOptions::withRoll);
            add(command.option("--recovery-rate", "N", JournalCliOptions::rate, "Overdue timers fired per second after "
                    + "a restart").standard("100000"), JournalOptions::withRecoveryRate);
            add(command.option("--snapshot-every", "MIB", JournalCliOptions::bytes, "How much is written before the "
                    + "next snapshot, in MiB").standard("256"), JournalOptions::withSnapshotBytes);
            add(command.duration("--clock-wait", "After a boot, how long to wait for a wall clock that shows less than "
                    + "the journal").standard("30s"), JournalOptions::withClockWaitNs);
        });
    }

    private <T> void add(Option<T> option, BiFunction<JournalOptions, T, JournalOptions> change) {
        changes.put(option, options -> change.apply(options, option.get()));
    }

    private static int rate(String text) {
        int rate = IntegerConverter.toInt(text);
        if (rate < 1) {
            throw new IllegalArgumentException("at least one timer a second is fired: rate=" + rate);
        }
        return rate;
    }

    private static long bytes(String text) {
        long mebi = IntegerConverter.toLong(text);
        if (mebi < 1 || mebi > MOST_MEBI) {
            throw new IllegalArgumentException("a size is 1 to " + MOST_MEBI + " MiB: size=" + mebi);
        }
        return mebi * MEBI;
    }

    /** How the journal of a bus is kept; null for none. */
    JournalOptions options(String bus) {
        changes.keySet().removeIf(option -> !option.isGiven());
        if (!folder.isGiven()) {
            if (!changes.isEmpty()) {
                throw new IllegalArgumentException("--journal-keep, --journal-size, --journal-roll, --recovery-rate, "
                        + "--snapshot-every and --clock-wait say how a journal is kept: give --journal too");
            }
            return null;
        }
        Path path = folder.get().equals(STANDARD) ? JournalOptions.defaultFolder(bus) : PathText.parse(folder.get());
        if (path.toAbsolutePath().normalize().getFileName() == null) {
            throw new IllegalArgumentException("a journal needs a folder of its own: journal=" + folder.get());
        }
        JournalOptions options = JournalOptions.defaults(path);
        for (Change change : changes.values()) {
            options = change.apply(options);
        }
        return options;
    }
}
