// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.CrashingDaemon;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A daemon that is embedded in a program with a large heap, and that obeys, line by line: {@code gc TIME} collects the
 * heap from before that until after it; {@code step NS} sets its CLOCK_REALTIME; {@code cool 0} puts memory on the
 * disk, and {@code fault TIME} has the timer thread touch it at its first reading of that clock from then on;
 * {@code quit}. Times are CLOCK_MONOTONIC nanoseconds.
 *
 * <p>Arguments: {@code root}, {@code bus}, {@code mode}, {@code cpu}, {@code objects}, {@code journal},
 * {@code threshold}.
 */
public final class LateDaemonMain {
    private static final int THRESHOLD_NS = 200_000;
    private static final int FAULTS = 256;
    private static final int PAGE_BYTES = 4096;
    private static final long GC_AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Queue<String> commands = ChildArguments.commands();
    private final List<long[]> heap = new ArrayList<>();
    private final Path folder = Path.of("");
    private final int cpu;
    private final TimerDaemon daemon;
    private final AtomicLong stepNs = new AtomicLong();
    private volatile long faultNs = Long.MAX_VALUE;
    private volatile List<MappedByteBuffer> cold;
    private long touched;

    private LateDaemonMain(ChildArguments arguments) {
        cpu = arguments.number("cpu", -1);
        for (int i = arguments.number("objects", 0); i > 0; i--) {
            heap.add(new long[2]);
        }
        String journal = arguments.text("journal", "");
        DaemonSettings settings = DaemonSettings.defaults()
                .with(DaemonSetting.LATE_THRESHOLD, (long) arguments.number("threshold", THRESHOLD_NS))
                .with(DaemonSetting.MODE, DaemonMode.valueOf(arguments.text("mode", "PARK")));
        DaemonContext context = DaemonContext.of(arguments.directory()).settings(settings)
                .signals(SignalsOptions.defaults().withSlotCount(1 << 17)).log(DaemonLog.toStream(System.err))
                .journal(journal.isEmpty() ? null
                        : JournalOptions.defaults(Path.of(journal)).withRoll(Roll.DAILY));
        daemon = CrashingDaemon.open(context, this::calendarOffset);
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new LateDaemonMain(new ChildArguments(arguments)).obey());
    }

    private long calendarOffset() {
        List<MappedByteBuffer> pages = cold;
        if (pages != null && System.nanoTime() >= faultNs) {
            cold = null;
            faultNs = Long.MAX_VALUE;
            pages.forEach(page -> touched += page.get(0));
        }
        return CalendarOffset.measureNs() + stepNs.get();
    }

    private int obey() throws IOException {
        Thread timers = new Thread(() -> {
            if (cpu >= 0) {
                Platforms.current().setAffinity(cpu);
            }
            daemon.run();
        }, "tickbus-timers");
        timers.start();
        ChildArguments.say("READY objects=" + heap.size());
        String command = "";
        while (!command.equals(ChildArguments.END)) {
            if (command.isEmpty()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            } else {
                obey(command.split(" ", -1));
            }
            String next = commands.poll();
            command = next == null ? "" : next;
        }
        daemon.stop();
        return touched == Long.MIN_VALUE ? 1 : 0;
    }

    private void obey(String... words) throws IOException {
        long argument = Long.parseLong(words[1]);
        switch (words[0]) {
            case "gc" -> {
                while (System.nanoTime() < argument - GC_AHEAD_NS) {
                    Thread.onSpinWait();
                }
                do {
                    System.gc();
                } while (System.nanoTime() < argument);
            }
            case "step" -> stepNs.addAndGet(argument);
            case "cool" -> cold = coldPages();
            case "fault" -> faultNs = argument;
            default -> throw new IllegalArgumentException("command=" + words[0]);
        }
        ChildArguments.say("DONE " + words[0]);
    }

    /** In a file each, as the kernel reads ahead within a file; only the disk has them, as its cache was left out. */
    private List<MappedByteBuffer> coldPages() throws IOException {
        List<MappedByteBuffer> pages = new ArrayList<>();
        OpenOption direct = direct();
        ByteBuffer zeros = ByteBuffer.allocateDirect(2 * PAGE_BYTES).alignedSlice(PAGE_BYTES).limit(PAGE_BYTES);
        for (int i = 0; i < FAULTS; i++) {
            try (FileChannel channel = FileChannel.open(folder.resolve("cold-" + i + "-" + System.nanoTime()),
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE, direct)) {
                channel.write(zeros.rewind());
                pages.add(channel.map(FileChannel.MapMode.READ_ONLY, 0, PAGE_BYTES));
            }
        }
        return pages;
    }

    /** By its name, as compilers warn of the class. */
    private static OpenOption direct() {
        try {
            return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK does not open files past the cache", e);
        }
    }
}
