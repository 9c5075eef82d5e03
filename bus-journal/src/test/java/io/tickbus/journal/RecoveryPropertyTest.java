// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories against a model: see {@link RecoveryHistory}. {@code -Dtickbus.recovery.histories=100000} for the
 * long run; {@code -Dseed=N} for other histories than the usual ones, and, with one history, to replay that one.
 */
class RecoveryPropertyTest {
    private static final int HISTORIES = Integer.getInteger("tickbus.recovery.histories", 2_000);
    private static final long SEED = Long.getLong("seed", 1);

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void shouldFireEachTimerAtItsTimeWhateverHappens() {
        // The log is long, and its warnings are expected.
        DaemonLog log = DaemonLog.toStream(new PrintStream(OutputStream.nullOutputStream(), false,
                StandardCharsets.UTF_8));
        log.level(System.Logger.Level.OFF);
        Retention retention = new Retention(new JournalFolder(folder), JournalOptions.defaults(folder), log);
        long firings = 0;
        long recoveries = 0;
        long flagged = 0;
        long startNs = System.nanoTime();
        for (int i = 0; i < HISTORIES; i++) {
            RecoveryHistory history = new RecoveryHistory(SEED + i, log, retention);
            try {
                history.run();
            } catch (AssertionError e) {
                throw new AssertionError("seed=" + (SEED + i) + "\n" + e.getMessage(), e);
            }
            firings += history.firings();
            recoveries += history.recoveries();
            flagged += history.flagged();
        }
        System.out.println("seed=" + SEED + " histories=" + HISTORIES + " recoveries=" + recoveries + " firings="
                + firings + " flagged=" + flagged + " ms=" + (System.nanoTime() - startNs) / 1_000_000);
        assertTrue(firings > HISTORIES && recoveries > HISTORIES && flagged > 0);
        log.close();
    }
}
