// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Arms the timers that {@link RebootIT} expects to fire, all due after a given number of milliseconds, and prints that
 * deadline in CLOCK_MONOTONIC as this process sees it.
 */
public final class RebootMain {
    static final int DISK = 1;
    static final int PROCESS = 2;
    static final int DISK_CALENDAR = 3;
    static final int PROCESS_CALENDAR = 4;
    static final int PERIODIC = 5;
    static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final TimerClient client;

    private RebootMain(TimerClient client) {
        this.client = client;
    }

    /** Arguments: root, bus, the deadline in CLOCK_MONOTONIC, the deadline in CLOCK_REALTIME. */
    public static void main(String... arguments) {
        long delayNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[2]));
        long realtimeNs = Long.parseLong(arguments[3]);
        try (TimerClient client = TimerClient.connect(BusDirectory.at(Path.of(arguments[0]), arguments[1]),
                TimerClientOptions.defaults().withName("reboot"))) {
            RebootMain main = new RebootMain(client);
            long deadlineNs = System.nanoTime() + delayNs;
            TimerCommand command = new TimerCommand();
            main.arm(command.arm(DISK, 1, deadlineNs).durability(Durability.DISK));
            main.arm(command.arm(PROCESS, 1, deadlineNs).durability(Durability.PROCESS));
            main.arm(command.armAt(DISK_CALENDAR, 1, realtimeNs).durability(Durability.DISK));
            main.arm(command.armAt(PROCESS_CALENDAR, 1, realtimeNs).durability(Durability.PROCESS));
            main.arm(command.arm(PERIODIC, 1, deadlineNs).periodNs(PERIOD_NS).durability(Durability.DISK));
            System.out.println(deadlineNs);
        }
    }

    private void arm(TimerCommand command) {
        TimerReply reply = client.call(command, TIMEOUT_NS);
        if (reply.code() != ReplyCode.ARMED) {
            throw new IllegalStateException(reply.toString());
        }
    }
}
