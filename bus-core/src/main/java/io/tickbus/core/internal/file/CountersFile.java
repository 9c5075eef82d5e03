// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.ProcessIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A mapped {@code counters} file: what there is to know about a daemon. A reader needs no list of its counters and goes
 * from 0 to {@link #count}; besides, there are histograms of durations, and the latest firings that were late.
 *
 * <p><b>Threads:</b> any read; each counter and histogram is written by one thread, not necessarily the same for all.
 * <p><b>Progress:</b> values are wait-free and written without allocation; creating and attaching make system calls.
 * <p><b>Errors:</b> its owner can shorten the file while it is mapped: use it inside of a {@link
 * io.tickbus.core.internal.FaultBoundary}, after which {@code checkSound} says so in a {@code BusException}.
 */
public final class CountersFile {
    private final Path path;
    private final SharedRegion region;
    private final int count;
    private final List<DurationHistogram> histograms;
    private final LateFiringRing lateFirings;
    private final NextTimers nextTimers;

    private CountersFile(Path path, SharedRegion region) {
        this.path = path;
        this.region = region;
        this.count = (int) region.getLong(FileHeaderLayout.SLOT_COUNT);
        int histogramCount = region.getInt(CountersLayout.HISTOGRAM_COUNT);
        this.histograms = IntStream.range(0, histogramCount).mapToObj(
                i -> new DurationHistogram(region, CountersLayout.histogramOffset(count, i))).toList();
        int lateSlots = region.getInt(CountersLayout.LATE_SLOTS);
        this.lateFirings =
                new LateFiringRing(region, CountersLayout.lateOffset(count, histogramCount), lateSlots);
        this.nextTimers = new NextTimers(region, CountersLayout.nextOffset(count, histogramCount, lateSlots));
    }

    /**
     * What is in a file.
     *
     * @param counters   in the order that readers will find them
     * @param histograms likewise
     * @param lateSlots  how many late firings it keeps, a power of two
     */
    public record Contents(List<CounterDefinition> counters, List<HistogramDefinition> histograms, int lateSlots) {
        /** Checks the numbers. */
        public Contents {
            String objection = objection(counters.size(), histograms.size(), lateSlots);
            if (objection != null) {
                throw new IllegalArgumentException(objection);
            }
        }

        int length() {
            return CountersLayout.fileLength(counters.size(), histograms.size(), lateSlots);
        }
    }

    /**
     * Daemon, holding the lock: makes a new file of zeros, in place of that of a former daemon.
     *
     * @param bus   header of the daemon's signals, whose history and epoch the file carries
     * @param group a group that may read it; null for the owner alone
     * @throws BusException NO_SPACE, NOT_TRUSTED or SYSTEM, with nothing left behind
     */
    public static CountersFile create(BusDirectory directory, SignalsHeader bus, Contents contents, String group) {
        SharedRegion region = AtomicFile.create(directory.counters(), contents.length(), group, made -> {
            made.putLong(CountersLayout.HISTORY_ID, bus.historyId());
            made.putLong(CountersLayout.EPOCH, bus.epoch());
            write(made, contents);
        });
        return new CountersFile(directory.counters(), region);
    }

    /** Counters in the memory of this process, for an embedded daemon that does not publish them. */
    public static CountersFile inMemory(Contents contents) {
        SharedRegion region = SharedRegion.allocate(contents.length());
        write(region, contents);
        return new CountersFile(Path.of("counters in memory"), region);
    }

    private static String objection(long counters, int histograms, int lateSlots) {
        if (counters < 1 || counters > CountersLayout.MAX_COUNTER_COUNT) {
            return "counterCount=" + counters + " is not from 1 to " + CountersLayout.MAX_COUNTER_COUNT;
        }
        if (histograms < 0 || histograms > CountersLayout.MAX_HISTOGRAM_COUNT) {
            return "histogramCount=" + histograms + " is not from 0 to " + CountersLayout.MAX_HISTOGRAM_COUNT;
        }
        if (Integer.bitCount(lateSlots) != 1 || lateSlots < 2 || lateSlots > CountersLayout.MAX_LATE_SLOTS) {
            return "lateSlots=" + lateSlots + " is not a power of two from 2 to " + CountersLayout.MAX_LATE_SLOTS;
        }
        return null;
    }

    private static void write(SharedRegion region, Contents contents) {
        List<CounterDefinition> counters = contents.counters();
        FileHeader.COUNTERS.write(region, counters.size());
        region.putInt(CountersLayout.HISTOGRAM_BUCKETS, CountersLayout.BUCKET_COUNT);
        region.putInt(CountersLayout.HISTOGRAM_BUCKETS_PER_POWER, CountersLayout.BUCKETS_PER_POWER);
        region.putInt(CountersLayout.HISTOGRAM_COUNT, contents.histograms().size());
        region.putInt(CountersLayout.LATE_SLOTS, contents.lateSlots());
        ProcessIdentity self = ProcessIdentity.current();
        region.putLong(CountersLayout.PID, self.pid());
        region.putLong(CountersLayout.START_TICKS, self.startTicks());
        region.putLong(CountersLayout.PID_NAMESPACE, self.pidNamespace());
        for (int i = 0; i < counters.size(); i++) {
            CounterDefinition counter = counters.get(i);
            int offset = CountersLayout.counterOffset(i);
            region.putInt(offset + CountersLayout.COUNTER_ID, counter.id());
            region.putInt(offset + CountersLayout.COUNTER_UNIT, counter.unit().code());
            byte[] label = counter.label().getBytes(StandardCharsets.US_ASCII);
            region.asByteBuffer().put(offset + CountersLayout.COUNTER_LABEL, label);
        }
        for (int i = 0; i < contents.histograms().size(); i++) {
            DurationHistogram.write(region, CountersLayout.histogramOffset(counters.size(), i),
                    contents.histograms().get(i));
        }
        FileHeader.COUNTERS.commit(region);
    }

    /**
     * Maps a bus's counters read-only, after every check. They may be those of a former daemon: see
     * {@link #belongsTo}.
     *
     * @throws BusException NOT_FOUND where no daemon has kept the bus; NOT_A_FILE, NOT_TRUSTED, WRONG_*, CORRUPT
     */
    public static CountersFile attach(BusDirectory directory) {
        directory.check();
        return Uninterrupted.call(() -> attachOnce(directory));
    }

    private static CountersFile attachOnce(BusDirectory directory) {
        Path path = directory.counters();
        try (FileChannel channel = SecureFiles.open(path, directory.ownerId(), false)) {
            long length = checkedLength(path, channel);
            return new CountersFile(path, SharedRegion.map(channel, length, false));
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    private static long checkedLength(Path path, FileChannel channel) throws IOException {
        ByteBuffer header = FileHeader.COUNTERS.read(path, channel);
        int buckets = header.getInt(CountersLayout.HISTOGRAM_BUCKETS);
        int bucketsPerPower = header.getInt(CountersLayout.HISTOGRAM_BUCKETS_PER_POWER);
        if (buckets != CountersLayout.BUCKET_COUNT || bucketsPerPower != CountersLayout.BUCKETS_PER_POWER) {
            throw FileHeader.COUNTERS.refuse(Reason.WRONG_RECORD_SIZE, path, "buckets=" + buckets + " bucketsPerPower="
                    + bucketsPerPower + " expected=" + CountersLayout.BUCKET_COUNT + " and "
                    + CountersLayout.BUCKETS_PER_POWER);
        }
        long count = header.getLong(FileHeaderLayout.SLOT_COUNT);
        int histogramCount = header.getInt(CountersLayout.HISTOGRAM_COUNT);
        int lateSlots = header.getInt(CountersLayout.LATE_SLOTS);
        String objection = objection(count, histogramCount, lateSlots);
        if (objection != null) {
            throw FileHeader.COUNTERS.refuse(Reason.CORRUPT, path, objection);
        }
        long expected = CountersLayout.fileLength((int) count, histogramCount, lateSlots);
        FileHeader.COUNTERS.length(path, header, channel.size(), expected);
        return expected;
    }

    /** Daemon, after a fault: throws if it was this file's; touches all of its pages. */
    public void checkSound() {
        if (path != null) {
            SecureFiles.checkSound(path, region, "start the daemon again, which recreates it");
        }
    }

    /** Whether these are the counters of the publisher that a signals file names, and not of a predecessor. */
    public boolean belongsTo(SignalsHeader signals) {
        return signals.epoch() == epoch() && signals.historyId() == historyId() && signals.publisher().equals(daemon());
    }

    /** The line of sequences of the daemon's bus. */
    public long historyId() {
        return region.getLong(CountersLayout.HISTORY_ID);
    }

    /** The daemon's epoch. */
    public long epoch() {
        return region.getLong(CountersLayout.EPOCH);
    }

    /** The daemon's process. */
    public ProcessIdentity daemon() {
        return new ProcessIdentity(region.getLong(CountersLayout.PID), region.getLong(CountersLayout.START_TICKS),
                region.getLong(CountersLayout.PID_NAMESPACE));
    }

    /** How many counters there are. */
    public int count() {
        return count;
    }

    /** Which counter it is, what it is called and what it counts; {@code counter} from 0 to {@link #count} − 1. */
    public CounterDefinition definition(int counter) {
        int offset = offset(counter);
        return new CounterDefinition(region.getInt(offset + CountersLayout.COUNTER_ID),
                CounterUnit.of(region.getInt(offset + CountersLayout.COUNTER_UNIT)),
                CounterDefinition.label(region, offset + CountersLayout.COUNTER_LABEL, CountersLayout.LABEL_LENGTH));
    }

    /** The place of the counter of that id; −1 where this daemon has none of it. */
    public int find(int id) {
        for (int counter = 0; counter < count; counter++) {
            if (region.getInt(offset(counter) + CountersLayout.COUNTER_ID) == id) {
                return counter;
            }
        }
        return -1;
    }

    /** A counter's value. */
    public long value(int counter) {
        return region.getLongOpaque(offset(counter) + CountersLayout.COUNTER_VALUE);
    }

    /** Daemon, the counter's own thread: sets its value. */
    public void set(int counter, long value) {
        region.putLongOpaque(offset(counter) + CountersLayout.COUNTER_VALUE, value);
    }

    /** Daemon, the counter's own thread: adds to its value. */
    public void add(int counter, long delta) {
        int at = offset(counter) + CountersLayout.COUNTER_VALUE;
        region.putLongOpaque(at, region.getLong(at) + delta);
    }

    private int offset(int counter) {
        if (counter < 0 || counter >= count) {
            throw new IndexOutOfBoundsException("counter=" + counter + " count=" + count);
        }
        return CountersLayout.counterOffset(counter);
    }

    /** All histograms, those included that are not in use. */
    public List<DurationHistogram> histograms() {
        return histograms;
    }

    /** How late the daemon's firings were, in all modes. */
    public HistogramView lateness() {
        List<DurationHistogram> modes = histograms.stream()
                .filter(histogram -> histogram.kind() == HistogramKind.LATENESS_BY_MODE).toList();
        return new HistogramView() {
            @Override
            public long inBucket(int bucket) {
                long sum = 0;
                for (DurationHistogram mode : modes) {
                    sum += mode.inBucket(bucket);
                }
                return sum;
            }

            @Override
            public long sumNs() {
                return modes.stream().mapToLong(DurationHistogram::sumNs).sum();
            }
        };
    }

    /** The timers that are due next, as of the daemon's last heartbeat. */
    public NextTimers nextTimers() {
        return nextTimers;
    }

    /** The latest firings that were late, and why. */
    public LateFiringRing lateFirings() {
        return lateFirings;
    }
}
