// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.platform.HostIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits how long some processors may take to wake from idling. Unlike {@link io.tickbus.core.IdleLatency}, the kernel
 * keeps these limits when the process ends. So what was set before is recorded first, in a file of the bus, and is
 * restored at the end, or, after a kill, by the next start: {@link #restore}. A limit that is lower already, or that
 * somebody has changed meanwhile, is left alone.
 *
 * <p><b>Threads:</b> one, which holds the publisher's lock. <b>Progress:</b> makes system calls.
 *
 * <p>Source: Linux {@code Documentation/ABI/testing/sysfs-devices-power}, {@code pm_qos_resume_latency_us}: {@code n/a}
 * allows no latency at all, and 0 any.
 */
public final class ProcessorIdleLimits implements AutoCloseable {
    /** The kernel's directory of processors. */
    public static final Path PROCESSORS = Path.of("/sys/devices/system/cpu");

    private static final String NO_LATENCY = "n/a";
    private static final String NO_LIMIT = "0";
    private static final Pattern LINE = Pattern.compile("cpu(\\d{1,4}) (n/a|\\d{1,10}) (n/a|\\d{1,10})");

    private final Path record;
    private final Path processors;
    private final List<Integer> limitedBefore;

    private ProcessorIdleLimits(Path record, Path processors, List<Integer> limitedBefore) {
        this.record = record;
        this.processors = processors;
        this.limitedBefore = limitedBefore;
    }

    /**
     * Sets the limits.
     *
     * @param record     where to record what was set before; must not exist
     * @param processors {@link #PROCESSORS}, or a test's copy of it
     * @param latencyUs  microseconds, 0 or more
     * @throws BusException SYSTEM if that is not permitted, or a processor does not exist; then nothing is changed
     */
    public static ProcessorIdleLimits hold(Path record, Path processors, List<Integer> cpus, int latencyUs) {
        try {
            return Uninterrupted.call(() -> set(record, processors, cpus, latencyUs));
        } catch (IOException e) {
            String remedy = e instanceof NoSuchFileException ? "name processors that exist"
                    : "run it as root, or name no processors and limit the whole host";
            BusException failure = new BusException(Reason.SYSTEM, "limiting the idle latency of processors " + cpus
                    + " in " + processors, BusException.why(e), remedy);
            failure.initCause(e);
            throw failure;
        }
    }

    private static ProcessorIdleLimits set(Path record, Path processors, List<Integer> cpus, int latencyUs)
            throws IOException {
        String wanted = latencyUs == 0 ? NO_LATENCY : Integer.toString(latencyUs);
        StringBuilder lines = new StringBuilder(HostIdentity.current().bootId() + "\n");
        List<Integer> limitedBefore = new ArrayList<>();
        for (int cpu : cpus) {
            String former = read(limit(processors, cpu));
            if (!former.equals(NO_LIMIT)) {
                limitedBefore.add(cpu);
            }
            if (microseconds(former) > latencyUs) {
                lines.append("cpu").append(cpu).append(' ').append(former).append(' ').append(wanted).append('\n');
            }
        }
        SecureFiles.createPrivate(record);
        try {
            write(record, lines);
            for (String line : lines.toString().split("\n", -1)) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    write(limit(processors, Integer.parseInt(matcher.group(1))), wanted);
                }
            }
            return new ProcessorIdleLimits(record, processors, limitedBefore);
        } catch (IOException e) {
            restore(record, processors);
            throw e;
        }
    }

    /** Processors that somebody else had limited already, and whose limit may end with that somebody. */
    public List<Integer> limitedBefore() {
        return limitedBefore;
    }

    private static long microseconds(String limit) {
        return switch (limit) {
            case NO_LATENCY -> 0;
            case NO_LIMIT -> Long.MAX_VALUE;
            default -> Long.parseLong(limit);
        };
    }

    /**
     * Restores what a record says, and deletes the record; does nothing where there is none.
     *
     * @throws IOException if that is not permitted; the record stays
     */
    public static void restore(Path record, Path processors) throws IOException {
        List<String> lines;
        try (var reader = Files.newInputStream(record, LinkOption.NOFOLLOW_LINKS)) {
            lines = new String(reader.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (NoSuchFileException e) {
            return;
        }
        // A boot has reset all limits.
        if (!lines.isEmpty() && lines.get(0).equals(HostIdentity.current().bootId().toString())) {
            for (String line : lines) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    restore(limit(processors, Integer.parseInt(matcher.group(1))), matcher.group(2), matcher.group(3));
                }
            }
        }
        Files.delete(record);
    }

    private static void restore(Path limit, String former, String ours) throws IOException {
        try {
            if (read(limit).equals(ours)) {
                write(limit, former);
            }
        } catch (NoSuchFileException e) {
            // The processor was removed meanwhile, and its limit with it.
            return;
        }
    }

    private static Path limit(Path processors, int cpu) {
        return processors.resolve("cpu" + cpu + "/power/pm_qos_resume_latency_us");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    private static void write(Path file, CharSequence text) throws IOException {
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Restores what was set before. */
    @Override
    public void close() {
        try {
            Uninterrupted.call(() -> {
                restore(record, processors);
                return null;
            });
        } catch (IOException e) {
            throw BusException.system(record, e, "the next start of the daemon tries it again");
        }
    }
}
