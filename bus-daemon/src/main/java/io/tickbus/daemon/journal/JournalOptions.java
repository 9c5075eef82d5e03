// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Options of a journal.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param folder        the journal's folder; created if missing, mode 0700
 * @param keepNs        how long to keep files that recovery does not need, for replay, in nanoseconds
 * @param keepBytes     the most bytes of such files to keep
 * @param roll          how often a new file begins
 * @param recoveryRate  overdue timers fired per second after a restart, at least 1
 * @param snapshotBytes how many bytes are written between two snapshots
 * @param clockWaitNs   after a boot, how long to wait for a CLOCK_REALTIME that is earlier than the journal's last
 *                      entry, in nanoseconds
 */
public record JournalOptions(Path folder, long keepNs, long keepBytes, Roll roll, int recoveryRate,
        long snapshotBytes, long clockWaitNs) {
    /** 7 days. */
    public static final long DEFAULT_KEEP_NS = TimeUnit.DAYS.toNanos(7);
    /** 8 GiB. */
    public static final long DEFAULT_KEEP_BYTES = 8L << 30;
    /** 100,000 a second. */
    public static final int DEFAULT_RECOVERY_RATE = 100_000;
    /** 256 MiB. */
    public static final long DEFAULT_SNAPSHOT_BYTES = 256L << 20;
    /** 30 seconds. */
    public static final long DEFAULT_CLOCK_WAIT_NS = TimeUnit.SECONDS.toNanos(30);

    /** How often a new file begins. */
    public enum Roll {
        /** Every minute; for tests. */
        MINUTELY,
        /** Every hour. */
        HOURLY,
        /** Every day. */
        DAILY
    }

    /** Checks the values. */
    public JournalOptions {
        if (keepNs < 0 || keepBytes < 0 || recoveryRate < 1 || snapshotBytes < 1 || clockWaitNs < 0) {
            throw new IllegalArgumentException("neither age nor size may be negative, and the rate at least 1: keepNs="
                    + keepNs + " keepBytes=" + keepBytes + " recoveryRate=" + recoveryRate + " snapshotBytes="
                    + snapshotBytes + " clockWaitNs=" + clockWaitNs);
        }
        if (folder.toString().isEmpty() || folder.toAbsolutePath().normalize().getParent() == null) {
            throw new IllegalArgumentException(
                    "a journal needs a folder of its own, and not the root or an empty name: folder='" + folder + "'");
        }
    }

    /** A journal in this folder, kept for 7 days and up to 8 GiB, an hourly roll, a snapshot every 256 MiB. */
    public static JournalOptions defaults(Path folder) {
        return new JournalOptions(folder, DEFAULT_KEEP_NS, DEFAULT_KEEP_BYTES, Roll.HOURLY, DEFAULT_RECOVERY_RATE,
                DEFAULT_SNAPSHOT_BYTES, DEFAULT_CLOCK_WAIT_NS);
    }

    /**
     * {@code $XDG_STATE_HOME/tickbus/BUS}; {@code ~/.local/state/tickbus/BUS} if that variable is not set.
     *
     * @throws BusException BAD_SETTINGS if this process has no home directory
     */
    public static Path defaultFolder(String bus) {
        return defaultFolder(bus, System.getenv("XDG_STATE_HOME"), System.getProperty("user.home"));
    }

    static Path defaultFolder(String bus, String state, String home) {
        // The XDG standard says to ignore a relative path.
        if (state != null && state.startsWith("/")) {
            return Path.of(state, "tickbus", bus);
        }
        // Java reports ? for a user without a home directory.
        if (home == null || !home.startsWith("/")) {
            throw new BusException(Reason.BAD_SETTINGS, "the journal of bus '" + bus + "'", "this user has no home "
                    + "directory and XDG_STATE_HOME is not set", "name a folder with --journal");
        }
        return Path.of(home, ".local", "state", "tickbus", bus);
    }

    /** Sets how long, and how much of it, is kept for replay. */
    public JournalOptions withRetention(long newKeepNs, long newKeepBytes) {
        return new JournalOptions(folder, newKeepNs, newKeepBytes, roll, recoveryRate, snapshotBytes, clockWaitNs);
    }

    /** Sets how often a new file begins. */
    public JournalOptions withRoll(Roll newRoll) {
        return new JournalOptions(folder, keepNs, keepBytes, newRoll, recoveryRate, snapshotBytes, clockWaitNs);
    }

    /** Sets the rate at which overdue timers fire. */
    public JournalOptions withRecoveryRate(int newRate) {
        return new JournalOptions(folder, keepNs, keepBytes, roll, newRate, snapshotBytes, clockWaitNs);
    }

    /** Sets how many bytes are written before the next snapshot. */
    public JournalOptions withSnapshotBytes(long newBytes) {
        return new JournalOptions(folder, keepNs, keepBytes, roll, recoveryRate, newBytes, clockWaitNs);
    }

    /** Sets how long recovery waits for a CLOCK_REALTIME that was not set after a boot. */
    public JournalOptions withClockWaitNs(long newWaitNs) {
        return new JournalOptions(folder, keepNs, keepBytes, roll, recoveryRate, snapshotBytes, newWaitNs);
    }
}
