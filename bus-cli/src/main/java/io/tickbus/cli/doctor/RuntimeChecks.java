// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.Sizes;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.platform.Platform;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** This JVM, its platform, and whether a bus works at all: one is made, used and deleted. */
final class RuntimeChecks {
    private static final int TRIAL_SLOTS = 64;
    private static final int OLDEST_JAVA = 17;

    private final Path busRoot;

    RuntimeChecks(Path busRoot) {
        this.busRoot = busRoot;
    }

    List<Finding> findings() {
        return List.of(bus(), jvm(), platform(), timerSlack());
    }

    private Finding bus() {
        BusDirectory directory = BusDirectory.at(busRoot, "doctor-" + ProcessHandle.current().pid());
        try {
            boolean isReceived = isSignalReceived(directory);
            return isReceived ? Finding.ok("bus", "a signal went through a trial bus in " + busRoot)
                    : Finding.unusable("bus", "a signal that was published in " + busRoot + " was not received",
                            "Report this with the output of 'tickbus doctor --json'.");
        } catch (BusException e) {
            return Finding.unusable("bus", e.getMessage(), "Fix that, or name another directory with --dir or "
                    + BusDirectory.ROOT_VARIABLE + ".");
        }
    }

    /** A bus that was named. */
    Finding named(BusDirectory directory) {
        String name = "bus-" + directory.name();
        try {
            SignalsFile.attach(directory);
            return Finding.ok(name, "it can be read; 'tickbus stat " + directory.name() + "' shows its state");
        } catch (BusException e) {
            return Finding.bad(name, e.getMessage(), "Start its publisher, or name one that 'tickbus stat' lists.");
        }
    }

    private static boolean isSignalReceived(BusDirectory directory) {
        boolean hadRoot = BusFiles.hasRoot(directory);
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory,
                SignalsOptions.defaults().withSlotCount(TRIAL_SLOTS))) {
            publisher.publish(1);
            try (SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                    SubscriberOptions.defaults().joinAtOldest())) {
                return subscriber.poll(signal -> { }, 1) == 1;
            }
        } finally {
            directory.delete();
            if (!hadRoot) {
                BusFiles.deleteRootIfEmpty(directory);
            }
        }
    }

    private static Finding jvm() {
        Runtime runtime = Runtime.getRuntime();
        String collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName).collect(Collectors.joining("/"));
        String value = System.getProperty("java.vm.name") + " " + Runtime.version() + ", " + collectors + ", "
                + runtime.availableProcessors() + " processors, heap at most " + Sizes.format(runtime.maxMemory());
        return Runtime.version().feature() >= OLDEST_JAVA ? Finding.ok("jvm", value)
                : Finding.bad("jvm", value, "Use Java " + OLDEST_JAVA + " or newer.");
    }

    private static Finding platform() {
        return Platforms.current().hasFutex() ? Finding.ok("platform", Platforms.reason())
                : Finding.warn("platform", Platforms.reason(),
                        "Fix that: until then parked subscribers poll every millisecond.");
    }

    /** Tried on a thread of its own, since the setting stays with the thread. */
    private static Finding timerSlack() {
        Platform platform = Platforms.current();
        long[] slackNs = {-1, -1};
        Thread trial = new Thread(() -> {
            slackNs[0] = platform.timerSlackNs();
            platform.setTimerSlackNs(1);
            slackNs[1] = platform.timerSlackNs();
        }, "tickbus-slack");
        trial.start();
        try {
            trial.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (slackNs[0] < 0) {
            return Finding.unknown("timer-slack", "cannot be read on this platform");
        }
        String value = DurationText.format(slackNs[0]) + " by default; threads that wait set it to "
                + DurationText.format(slackNs[1]);
        return slackNs[1] <= 1 ? Finding.ok("timer-slack", value) : Finding.warn("timer-slack", value,
                "Allow prctl(PR_SET_TIMERSLACK) in the sandbox of this process.");
    }
}
