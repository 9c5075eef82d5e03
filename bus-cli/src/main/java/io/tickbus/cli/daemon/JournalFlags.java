package io.tickbus.cli.daemon;

import io.tickbus.cli.Durations;
import io.tickbus.publisher.journal.JournalOptions;
import io.tickbus.publisher.journal.JournalOptions.Roll;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whether, where and how the daemon keeps a journal. */
final class JournalFlags {
    private static final long MEBI = 1 << 20;

    @Option(names = "--journal", paramLabel = "DIR", arity = "0..1", fallbackValue = "", order = 20,
            description = "Keep a journal of every signal, and durable timers, in this folder; default "
                    + "$XDG_STATE_HOME/tickbus/BUS.")
    private String folder;
    @Option(names = "--journal-keep", paramLabel = "DURATION", converter = Durations.Converter.class, order = 21,
            description = "How long to keep what only a replay needs; default 7 days.")
    private long keepNs = JournalOptions.DEFAULT_KEEP_NS;
    @Option(names = "--journal-size", paramLabel = "MIB", order = 22,
            description = "How much of it to keep, in MiB; default 8192.")
    private long keepMebi = JournalOptions.DEFAULT_KEEP_BYTES / MEBI;
    @Option(names = "--journal-roll", paramLabel = "minutely|hourly|daily", order = 23,
            description = "How often another file begins; default hourly.")
    private Roll roll = Roll.HOURLY;
    @Option(names = "--recovery-rate", paramLabel = "N", order = 24,
            description = "Overdue timers fired per second after a restart; default 100000.")
    private int recoveryRate = JournalOptions.DEFAULT_RECOVERY_RATE;
    @Option(names = "--snapshot-every", paramLabel = "MIB", order = 25,
            description = "How much is written before the next snapshot, in MiB; default 256.")
    private long snapshotMebi = JournalOptions.DEFAULT_SNAPSHOT_BYTES / MEBI;

    /** How the journal of a bus is kept; null for none. */
    JournalOptions options(String bus) {
        if (folder == null) {
            return null;
        }
        Path path = folder.isEmpty() ? JournalOptions.defaultFolder(bus) : Path.of(folder);
        return JournalOptions.in(path).withRoll(roll).withRetention(keepNs, keepMebi * MEBI)
                .withRecoveryRate(recoveryRate).withSnapshotBytes(snapshotMebi * MEBI);
    }
}
