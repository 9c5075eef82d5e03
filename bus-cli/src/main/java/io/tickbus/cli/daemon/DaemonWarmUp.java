// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.concurrent.TimeUnit;

/**
 * Runs a daemon and a client of it for a moment on a bus of this process alone, so that the first real commands and
 * signals are not interpreted, and until the compilers have little left to do, so that they do not work beside them. It
 * is part of the command and not of the daemon: it needs a client too, and time that an application which embeds a
 * daemon may not have.
 */
final class DaemonWarmUp {
    private static final long SHORTEST_NS = TimeUnit.MILLISECONDS.toNanos(120);
    private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    /** So long that the daemon sleeps in between, as it will; and what it misses while it is slow is no backlog. */
    private static final long PERIOD_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long GRACE_US = 100;
    private static final long DELAY_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int SLOT_COUNT = 1024;
    private static final int KEYS = 64;
    private static final int SIGNAL_ID = 1;

    private DaemonWarmUp() {
    }

    /**
     * Takes 120 to 400 ms on the calling thread, but for loading classes that the daemon needs anyway. A file system
     * without room for it is no reason to fail. It creates files in the bus's directory only; where this process
     * is killed meanwhile, the next publisher removes it.
     */
    static void run(BusDirectory directory, DaemonSettings settings) {
        boolean hadRoot = BusFiles.hasRoot(directory);
        boolean hadBus = Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        try {
            BusFiles.createIfMissing(directory);
            String group = settings.value(DaemonSetting.BUS_GROUP);
            if (group != null) {
                // So that a member of the group who attaches meanwhile waits for the bus, and is not refused.
                BusFiles.shareWith(directory, group);
            }
            BusDirectory scratch = BusFiles.scratch(directory);
            try {
                exercise(scratch, settings);
            } finally {
                scratch.delete();
                BusFiles.deleteRootIfEmpty(scratch);
                if (!hadBus) {
                    directory.delete();
                }
                if (!hadRoot) {
                    BusFiles.deleteRootIfEmpty(directory);
                }
            }
        } catch (RuntimeException e) {
            System.getLogger(DaemonWarmUp.class.getName()).log(Level.DEBUG, "no warm-up", e);
        }
    }

    private static void exercise(BusDirectory directory, DaemonSettings settings) {
        DaemonSettings small = DaemonSettings.defaults().with(DaemonSetting.MODE, settings.value(DaemonSetting.MODE))
                .with(DaemonSetting.BUS_PARKING, settings.value(DaemonSetting.BUS_PARKING))
                .with(DaemonSetting.BUS_SLOTS, SLOT_COUNT).with(DaemonSetting.QUOTA_CLIENTS, 1)
                .with(DaemonSetting.LOG_LEVEL, Level.OFF);
        try (TimerDaemon daemon = TimerDaemon.open(DaemonContext.of(directory).settings(small))) {
            daemon.start();
            try (TimerClient client = TimerClient.connect(directory,
                    TimerClientOptions.defaults().withConnectTimeoutNs(CONNECT_TIMEOUT_NS))) {
                TimerCommand command = new TimerCommand();
                client.call(command.arm(KEYS, SIGNAL_ID, System.nanoTime()).periodNs(PERIOD_NS).graceUs(GRACE_US),
                        CONNECT_TIMEOUT_NS);
                CompilerRest rest = new CompilerRest(System.nanoTime(), SHORTEST_NS, LONGEST_NS);
                for (long key = 0; !rest.isReached(System.nanoTime()); key = (key + 1) % KEYS) {
                    if (client.unanswered() < KEYS) {
                        client.armAfter(key, SIGNAL_ID, DELAY_NS);
                        client.cancel((key + KEYS / 2) % KEYS);
                    }
                    client.pollReplies(reply -> { }, KEYS);
                }
                // So that shutdown does not wait for it. There is room: the replies are polled.
                client.cancel(KEYS);
            }
        }
    }
}
