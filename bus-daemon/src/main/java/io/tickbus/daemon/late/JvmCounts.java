// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SecureFiles;
import io.tickbus.core.internal.file.UserId;
import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM counts of its own pauses, by plain loads: from memory, where this JVM lets this code ask for it
 * ({@code --add-exports java.base/jdk.internal.perf=ALL-UNNAMED}, as the jar of the command does), or from the file
 * that it maps for jstat and others. Where there are no such counts (-XX:-UsePerfData), from the beans of its
 * collectors, in milliseconds and without other safepoints. The file is in a folder that everybody may write to: it is
 * used only where this JVM has mapped it.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free, allocates nothing. <b>Errors:</b> none.
 */
public final class JvmCounts {
    /** Knows nothing. */
    public static final JvmCounts NONE = new JvmCounts(null, List.of(), null);
    private static final String PERF = "jdk.internal.perf.Perf";
    private static final int OWN_PROCESS = 0;
    private static final int MAX_COLLECTORS = 8;
    private static final int ENTRIES_OFFSET = 24;
    private static final int ENTRY_NAME = 4;
    private static final int ENTRY_VALUE = 16;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_NAME = 128;
    private static final int MAX_LENGTH = 1 << 25;

    /** Null where there are only beans. */
    private final ByteBuffer counters;
    private final GarbageCollectorMXBean[] beans;
    /** Null where it is not needed. */
    private final CompilationMXBean compiler;
    private final int[] collections = new int[MAX_COLLECTORS];
    private final int[] collectionTimes = new int[MAX_COLLECTORS];
    private boolean hasCollectors;
    private int safepoints;
    private int safepointTime;
    private int compilations;
    private int compileTime;

    private JvmCounts(ByteBuffer counters, List<GarbageCollectorMXBean> beans, CompilationMXBean compiler) {
        this.counters = counters;
        this.compiler = compiler;
        this.beans = beans.toArray(GarbageCollectorMXBean[]::new);
    }

    /** Of this JVM. Takes tens of milliseconds where the beans are needed. */
    public static JvmCounts open() {
        JvmCounts counts = ofMemory();
        // The user's name is the one that the JVM itself has used, and so is the folder, whatever java.io.tmpdir says.
        Path file = Path.of("/tmp/hsperfdata_" + System.getProperty("user.name"),
                Long.toString(ProcessHandle.current().pid()));
        if (counts == null && isMapped(file, HostFiles.ROOT)) {
            counts = open(file);
        }
        if (counts == null) {
            CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
            counts = new JvmCounts(null, ManagementFactory.getGarbageCollectorMXBeans(),
                    compiler != null && compiler.isCompilationTimeMonitoringSupported() ? compiler : null);
            counts.read(new Reading());
        }
        return counts;
    }

    /** Of this JVM's own memory; null where that is not accessible, or empty. */
    static JvmCounts ofMemory() {
        try {
            Class<?> type = Class.forName(PERF);
            Object perf = type.getMethod("getPerf").invoke(null);
            for (Method method : type.getMethods()) {
                Class<?>[] parameters = method.getParameterTypes();
                if (method.getName().equals("attach") && parameters[0] == int.class) {
                    // Older JVMs want to know that it is for reading.
                    Object found = parameters.length == 1 ? method.invoke(perf, OWN_PROCESS)
                            : method.invoke(perf, OWN_PROCESS, "r");
                    return of((ByteBuffer) found);
                }
            }
            return null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Whether this JVM itself uses the file: it does not where that is switched off, whoever has put one there. */
    static boolean isMapped(Path file, HostFiles host) {
        return host.lines("proc/self/maps").stream().anyMatch(line -> line.endsWith(" " + file));
    }

    /** Of such a file; null where it is missing, not this user's or has not what is needed. */
    static JvmCounts open(Path file) {
        try (FileChannel channel = SecureFiles.open(file, UserId.current(), false)) {
            JvmCounts counts = of(channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), MAX_LENGTH)));
            FaultBoundary.surface();
            return counts;
        } catch (IOException | RuntimeException | InternalError e) {
            // Of a JVM that has another format, or shortened at this moment.
            return null;
        }
    }

    private static JvmCounts of(ByteBuffer memory) {
        JvmCounts counts = new JvmCounts(memory.order(ByteOrder.nativeOrder()), List.of(), null);
        counts.index();
        return counts.safepointTime > 0 && counts.hasCollectors ? counts : null;
    }

    private void index() {
        int entry = counters.getInt(ENTRIES_OFFSET);
        int count = Math.min(counters.getInt(ENTRIES_OFFSET + Integer.BYTES), MAX_ENTRIES);
        for (int i = 0; i < count; i++) {
            int nameAt = entry + counters.getInt(entry + ENTRY_NAME);
            StringBuilder name = new StringBuilder();
            for (int at = nameAt; counters.get(at) != 0 && at - nameAt < MAX_NAME; at++) {
                name.append((char) counters.get(at));
            }
            put(name.toString(), entry + counters.getInt(entry + ENTRY_VALUE));
            entry += counters.getInt(entry);
        }
    }

    private void put(String name, int offset) {
        switch (name) {
            case "sun.rt.safepoints" -> safepoints = checked(offset);
            case "sun.rt.safepointTime" -> safepointTime = checked(offset);
            case "sun.ci.totalCompiles" -> compilations = checked(offset);
            case "java.ci.totalTime" -> compileTime = checked(offset);
            default -> {
                if (name.matches("sun\\.gc\\.collector\\.[0-7]\\.invocations")) {
                    collections[name.charAt("sun.gc.collector.".length()) - '0'] = checked(offset);
                } else if (name.matches("sun\\.gc\\.collector\\.[0-7]\\.time")) {
                    collectionTimes[name.charAt("sun.gc.collector.".length()) - '0'] = checked(offset);
                    hasCollectors = true;
                }
            }
        }
    }

    /** Where an int64 may be; texts may be anywhere. */
    private int checked(int offset) {
        if (offset <= 0 || offset % Long.BYTES != 0 || offset > counters.limit() - Long.BYTES) {
            throw new IndexOutOfBoundsException(offset);
        }
        return offset;
    }

    /** Reads all of it. */
    public void read(Reading into) {
        long count = 0;
        long ns = 0;
        for (GarbageCollectorMXBean bean : beans) {
            count += bean.getCollectionCount();
            ns += TimeUnit.MILLISECONDS.toNanos(bean.getCollectionTime());
        }
        for (int i = 0; i < MAX_COLLECTORS; i++) {
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

    /** A plain load: were it merged with that of an earlier reading, a late firing would get another cause or none. */
    private long value(int offset) {
        return offset == 0 ? 0 : counters.getLong(offset);
    }
}
