// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.Durations;
import io.tickbus.cli.PathText;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** Whether, where and how the daemon keeps a journal. */
final class JournalCliOptions {
    private static final long MEBI = 1 << 20;
    private static final long MOST_MEBI = Long.MAX_VALUE / MEBI;
    /** No path can be this: --journal alone. */
    private static final String STANDARD = "\0";

    private final List<UnaryOperator<JournalOptions>> changes = new ArrayList<>();

    @Option(names = "--journal", paramLabel = "DIR", arity = "0..1", fallbackValue = STANDARD, order = 40,
            description = "Keep a journal of every signal, and durable timers, in this folder; default "
                    + "$XDG_STATE_HOME/tickbus/BUS.")
    private String folder;

    @Option(names = "--journal-keep", paramLabel = "DURATION", converter = Durations.Converter.class, order = 41,
            description = "How long to keep what only a replay needs; default 7 days.")
    void keep(long ns) {
        changes.add(options -> options.withRetention(ns, options.keepBytes()));
    }

    @Option(names = "--journal-size", paramLabel = "MIB", order = 42,
            description = "How much of it to keep, in MiB; default 8192.")
    void size(long mebi) {
        changes.add(options -> options.withRetention(options.keepNs(), bytes("--journal-size", mebi)));
    }

    @Option(names = "--journal-roll", paramLabel = "minutely|hourly|daily", order = 43,
            description = "How often another file begins; default hourly.")
    void roll(Roll roll) {
        changes.add(options -> options.withRoll(roll));
    }

    @Option(names = "--recovery-rate", paramLabel = "N", order = 44,
            description = "Overdue timers fired per second after a restart; default 100000.")
    void recoveryRate(int rate) {
        changes.add(options -> options.withRecoveryRate(checked(rate)));
    }

    private static int checked(int rate) {
        if (rate < 1) {
            throw new IllegalArgumentException("at least one timer a second is fired: --recovery-rate=" + rate);
        }
        return rate;
    }

    @Option(names = "--snapshot-every", paramLabel = "MIB", order = 45,
            description = "How much is written before the next snapshot, in MiB; default 256.")
    void snapshotEvery(long mebi) {
        changes.add(options -> options.withSnapshotBytes(bytes("--snapshot-every", mebi)));
    }

    @Option(names = "--clock-wait", paramLabel = "DURATION", converter = Durations.Converter.class, order = 46,
            description = "After a boot, how long to wait for a wall clock that shows less than the journal; default "
                    + "30 s.")
    void clockWait(long ns) {
        changes.add(options -> options.withClockWaitNs(ns));
    }

    private static long bytes(String option, long mebi) {
        if (mebi < 1 || mebi > MOST_MEBI) {
            throw new IllegalArgumentException("a size is 1 to " + MOST_MEBI + " MiB: " + option + "=" + mebi);
        }
        return mebi * MEBI;
    }

    /** How the journal of a bus is kept; null for none. */
    JournalOptions options(String bus) {
        if (folder == null) {
            if (!changes.isEmpty()) {
                throw new IllegalArgumentException("--journal-keep, --journal-size, --journal-roll, --recovery-rate, "
                        + "--snapshot-every and --clock-wait say how a journal is kept: give --journal too");
            }
            return null;
        }
        Path path = folder.equals(STANDARD) ? JournalOptions.defaultFolder(bus) : PathText.parse(folder);
        if (path.toAbsolutePath().normalize().getFileName() == null) {
            throw new IllegalArgumentException("a journal needs a folder of its own: journal=" + folder);
        }
        JournalOptions options = JournalOptions.defaults(path);
        for (UnaryOperator<JournalOptions> change : changes) {
            options = change.apply(options);
        }
        return options;
    }
}
