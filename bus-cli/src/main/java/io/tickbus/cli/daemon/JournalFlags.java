package io.tickbus.cli.daemon;

import io.tickbus.cli.Durations;
import io.tickbus.cli.PathText;
import io.tickbus.publisher.journal.JournalOptions;
import io.tickbus.publisher.journal.JournalOptions.Roll;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Whether, where and how the daemon keeps a journal. */
final class JournalFlags {
    private static final long MEBI = 1 << 20;
    private static final long MOST_MEBI = Long.MAX_VALUE / MEBI;
    /** No path can be this: --journal alone. */
    private static final String STANDARD = "\0";

    @Option(names = "--journal", paramLabel = "DIR", arity = "0..1", fallbackValue = STANDARD, order = 20,
            description = "Keep a journal of every signal, and durable timers, in this folder; default "
                    + "$XDG_STATE_HOME/tickbus/BUS.")
    private String folder;

    @Option(names = "--journal-keep", paramLabel = "DURATION", converter = Durations.Converter.class, order = 21,
            description = "How long to keep what only a replay needs; default 7 days.")
    private Long keepNs;

    @Option(names = "--journal-size", paramLabel = "MIB", order = 22,
            description = "How much of it to keep, in MiB; default 8192.")
    private Long keepMebi;

    @Option(names = "--journal-roll", paramLabel = "minutely|hourly|daily", order = 23,
            description = "How often another file begins; default hourly.")
    private Roll roll;

    @Option(names = "--recovery-rate", paramLabel = "N", order = 24,
            description = "Overdue timers fired per second after a restart; default 100000.")
    private Integer recoveryRate;

    @Option(names = "--snapshot-every", paramLabel = "MIB", order = 25,
            description = "How much is written before the next snapshot, in MiB; default 256.")
    private Long snapshotMebi;

    @Option(names = "--clock-wait", paramLabel = "DURATION", converter = Durations.Converter.class, order = 26,
            description = "After a boot, how long to wait for a wall clock that shows less than the journal; default "
                    + "30 s.")
    private Long clockWaitNs;

    /** How the journal of a bus is kept; null for none. */
    JournalOptions options(String bus) {
        if (folder == null) {
            if (Stream.of(keepNs, keepMebi, roll, recoveryRate, snapshotMebi, clockWaitNs).anyMatch(Objects::nonNull)) {
                throw new IllegalArgumentException("--journal-keep, --journal-size, --journal-roll, --recovery-rate, "
                        + "--snapshot-every and --clock-wait say how a journal is kept: give --journal too");
            }
            return null;
        }
        Path path = folder.equals(STANDARD) ? JournalOptions.defaultFolder(bus) : PathText.parse(folder);
        if (path.toAbsolutePath().normalize().getFileName() == null) {
            throw new IllegalArgumentException("a journal needs a folder of its own: journal=" + folder);
        }
        JournalOptions options = JournalOptions.in(path);
        return options.withRoll(roll == null ? options.roll() : roll)
                .withRetention(keepNs == null ? options.keepNs() : keepNs,
                        bytes("--journal-size", keepMebi, options.keepBytes()))
                .withRecoveryRate(rate(options))
                .withClockWaitNs(clockWaitNs == null ? options.clockWaitNs() : clockWaitNs)
                .withSnapshotBytes(bytes("--snapshot-every", snapshotMebi, options.snapshotBytes()));
    }

    private int rate(JournalOptions options) {
        if (recoveryRate != null && recoveryRate < 1) {
            throw new IllegalArgumentException("at least one timer a second is fired: --recovery-rate=" + recoveryRate);
        }
        return recoveryRate == null ? options.recoveryRate() : recoveryRate;
    }

    private static long bytes(String option, Long mebi, long standard) {
        if (mebi != null && (mebi < 1 || mebi > MOST_MEBI)) {
            throw new IllegalArgumentException("a size is 1 to " + MOST_MEBI + " MiB: " + option + "=" + mebi);
        }
        return mebi == null ? standard : mebi * MEBI;
    }
}
