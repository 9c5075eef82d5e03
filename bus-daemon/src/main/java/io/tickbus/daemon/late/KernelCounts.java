// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What the kernel counts of the calling thread, read from files that stay open. Reading allocates nothing: the times of
 * the scheduler take a microsecond, page faults three, stolen time seven.
 *
 * <p><b>Threads:</b> the one that opened it. <b>Errors:</b> none: what cannot be read stays as it was.
 */
public final class KernelCounts implements AutoCloseable {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    /** The kernel makes the whole of /proc/stat for its first line; on a host of many processors that takes long. */
    private static final int LONG_STAT = 1 << 14;
    private static final int MINOR_FAULTS_FIELD = 7;
    private static final int MAJOR_FAULTS_FIELD = 9;
    private static final int STEAL_FIELD = 8;

    private final RandomAccessFile schedule;
    private final RandomAccessFile faults;
    private final RandomAccessFile host;
    private final byte[] text = new byte[512];
    private int length;
    private int at;

    private KernelCounts(RandomAccessFile schedule, RandomAccessFile faults, RandomAccessFile host) {
        this.schedule = schedule;
        this.faults = faults;
        this.host = host;
    }

    /** Of the calling thread; {@code root} is the directory that contains proc. */
    public static KernelCounts open(Path root) {
        Path stat = root.resolve("proc/stat");
        return new KernelCounts(open(root, "proc/thread-self/schedstat"), open(root, "proc/thread-self/stat"),
                isShort(stat) ? open(root, "proc/stat") : null);
    }

    private static boolean isShort(Path stat) {
        try {
            return Files.readAllBytes(stat).length < LONG_STAT;
        } catch (IOException e) {
            // A container may hide it.
            return false;
        }
    }

    private static RandomAccessFile open(Path root, String name) {
        try {
            return new RandomAccessFile(root.resolve(name).toString(), "r");
        } catch (IOException e) {
            // Not Linux, or hidden: that evidence is missing then.
            return null;
        }
    }

    /** Reads the times of the scheduler. */
    public void readSchedule(Reading into) {
        if (read(schedule)) {
            into.runNs = number();
            into.waitNs = number();
            into.slices = number();
        }
    }

    /** Reads the page faults. */
    public void readFaults(Reading into) {
        if (read(faults)) {
            // The name of the thread may have blanks in it, and parentheses.
            while (length > 0 && text[length - 1] != ')') {
                length--;
            }
            at = length + 2;
            length = text.length;
            skip(MINOR_FAULTS_FIELD);
            into.minorFaults = number();
            skip(MAJOR_FAULTS_FIELD - MINOR_FAULTS_FIELD - 1);
            into.majorFaults = number();
        }
    }

    /** Reads the stolen time, in steps of 10 ms. */
    public void readSteal(Reading into) {
        if (read(host)) {
            skip(STEAL_FIELD);
            into.stealNs = number() * TICK_NS;
        }
    }

    private boolean read(RandomAccessFile file) {
        if (file == null) {
            return false;
        }
        try {
            file.seek(0);
            length = file.read(text);
            at = 0;
            return length > 0;
        } catch (IOException e) {
            // It was there when it was opened; its numbers stay as they were.
            return false;
        }
    }

    private void skip(int fields) {
        for (int i = 0; i < fields; i++) {
            while (at < text.length && text[at] != ' ') {
                at++;
            }
            while (at < text.length && text[at] == ' ') {
                at++;
            }
        }
    }

    /** The number here, and moves behind it; 0 where there is none. */
    private long number() {
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + text[at++] - '0';
        }
        at++;
        return value;
    }

    @Override
    public void close() {
        for (RandomAccessFile file : new RandomAccessFile[] {schedule, faults, host}) {
            close(file);
        }
    }

    private static void close(RandomAccessFile file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
