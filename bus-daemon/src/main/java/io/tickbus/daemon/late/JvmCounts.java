// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM counts of its own pauses: from the file that it maps for jstat and others, by plain loads; or, where
 * that is switched off (-XX:-UsePerfData), from the beans of its collectors, in milliseconds and without other
 * safepoints.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free, allocates nothing.
 */
public final class JvmCounts {
    /** Knows nothing. */
    public static final JvmCounts NONE = new JvmCounts(null, List.of(), null);
    private static final int MAX_COLLECTORS = 8;
    private static final int ENTRIES_OFFSET = 24;
    private static final int ENTRY_NAME = 4;
    private static final int ENTRY_VALUE = 16;
    private static final int MAX_ENTRIES = 10_000;

    private final SharedRegion region;
    private final GarbageCollectorMXBean[] beans;
    /** Null where it is not needed. */
    private final CompilationMXBean compiler;
    private final int[] collections = new int[MAX_COLLECTORS];
    private final int[] collectionTimes = new int[MAX_COLLECTORS];
    private int collectors;
    private int safepoints;
    private int safepointTime;
    private int compilations;
    private int compileTime;

    private JvmCounts(SharedRegion region, List<GarbageCollectorMXBean> beans, CompilationMXBean compiler) {
        this.region = region;
        this.compiler = compiler;
        this.beans = beans.toArray(GarbageCollectorMXBean[]::new);
    }

    /** Of this JVM. Takes tens of milliseconds where the beans are needed. */
    public static JvmCounts open() {
        // The user's name is the one that the JVM itself has used, and so is the folder, whatever java.io.tmpdir says.
        Path file = Path.of("/tmp/hsperfdata_" + System.getProperty("user.name"),
                Long.toString(ProcessHandle.current().pid()));
        JvmCounts counts = open(file);
        if (counts == null) {
            counts = new JvmCounts(null, ManagementFactory.getGarbageCollectorMXBeans(),
                    ManagementFactory.getCompilationMXBean());
            counts.read(new Reading());
        }
        return counts;
    }

    /** Of such a file; null where it is missing or has not what is needed. */
    static JvmCounts open(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            JvmCounts counts = new JvmCounts(SharedRegion.map(channel, channel.size(), false), List.of(), null);
            counts.index();
            return counts.safepointTime > 0 && counts.collectors > 0 ? counts : null;
        } catch (IOException | IndexOutOfBoundsException e) {
            // Switched off, or of a JVM that has another format.
            return null;
        }
    }

    private void index() {
        ByteBuffer file = region.asByteBuffer().order(ByteOrder.nativeOrder());
        int entry = file.getInt(ENTRIES_OFFSET);
        int count = Math.min(file.getInt(ENTRIES_OFFSET + Integer.BYTES), MAX_ENTRIES);
        for (int i = 0; i < count; i++) {
            int nameAt = entry + file.getInt(entry + ENTRY_NAME);
            StringBuilder name = new StringBuilder();
            for (int at = nameAt; file.get(at) != 0; at++) {
                name.append((char) file.get(at));
            }
            put(name.toString(), entry + file.getInt(entry + ENTRY_VALUE));
            entry += file.getInt(entry);
        }
    }

    private void put(String name, int offset) {
        switch (name) {
            case "sun.rt.safepoints" -> safepoints = offset;
            case "sun.rt.safepointTime" -> safepointTime = offset;
            case "sun.ci.totalCompiles" -> compilations = offset;
            case "java.ci.totalTime" -> compileTime = offset;
            default -> {
                if (name.matches("sun\\.gc\\.collector\\.[0-7]\\.invocations")) {
                    collections[name.charAt("sun.gc.collector.".length()) - '0'] = offset;
                } else if (name.matches("sun\\.gc\\.collector\\.[0-7]\\.time")) {
                    collectionTimes[name.charAt("sun.gc.collector.".length()) - '0'] = offset;
                    collectors++;
                }
            }
        }
    }

    /** Reads all of it. */
    public void read(Reading into) {
        long count = 0;
        long ns = 0;
        for (GarbageCollectorMXBean bean : beans) {
            count += bean.getCollectionCount();
            ns += TimeUnit.MILLISECONDS.toNanos(bean.getCollectionTime());
        }
        for (int i = 0; i < collectors; i++) {
            count += value(collections[i]);
            ns += value(collectionTimes[i]);
        }
        into.collections = count;
        into.collectionNs = ns;
        into.safepoints = value(safepoints);
        into.safepointNs = value(safepointTime);
        into.compilations = value(compilations);
        into.compileNs = compiler == null ? value(compileTime)
                : TimeUnit.MILLISECONDS.toNanos(compiler.getTotalCompilationTime());
    }

    private long value(int offset) {
        return offset == 0 ? 0 : region.getLongOpaque(offset);
    }
}
