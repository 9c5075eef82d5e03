// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories against a model: see {@link ClusterHistory}. {@code -Dtickbus.histories=1000000} for the long run;
 * {@code -Dseed=N} for other histories than the usual ones, and, with one history, to replay that one.
 */
class ClusterSimulationTest {
    private static final int HISTORIES = Integer.getInteger("tickbus.histories", 2_000);
    private static final long SEED = Long.getLong("seed", 1);
    private static final int SNAPSHOT_EVERY = 50;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void shouldFireWhatIsDueAndSayWhatMayBeTwice() {
        long firings = 0;
        long flagged = 0;
        long cancels = 0;
        long startNs = System.nanoTime();
        for (int i = 0; i < HISTORIES; i++) {
            ClusterHistory history = new ClusterHistory(SEED + i, i % SNAPSHOT_EVERY == 0);
            try {
                history.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed=" + (SEED + i) + "\n" + e.getMessage(), e);
            }
            firings += history.firings();
            flagged += history.flagged();
            cancels += history.certainCancels();
        }
        System.out.println("seed=" + SEED + " histories=" + HISTORIES + " firings=" + firings + " flagged=" + flagged
                + " certainCancels=" + cancels + " ms=" + (System.nanoTime() - startNs) / 1_000_000);
        assertTrue(firings > HISTORIES && flagged > 0 && cancels > 0);
    }
}
