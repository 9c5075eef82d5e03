// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.net;

import io.tickbus.cluster.aeron.ClusterMember;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.OffsetDaemon;
import io.tickbus.daemon.TimerDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A host with a daemon and a member, whose CLOCK_REALTIME is wrong, and which knows by how much at most. Arguments:
 * folder, members, index, skew and bound in nanoseconds. Ends with its standard input.
 */
public final class SkewedHostMain {
    private SkewedHostMain() {
    }

    /** Runs until it is killed. */
    public static void main(String... arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int index = Integer.parseInt(arguments[2]);
        long skewNs = Long.parseLong(arguments[3]);
        long boundNs = Long.parseLong(arguments[4]);
        HostClock system = HostClock.system();
        HostClock clock = new HostClock() {
            @Override
            public long utcNs() {
                return system.utcNs() + skewNs;
            }

            @Override
            public long boundNs() {
                return boundNs;
            }
        };
        BusDirectory bus = BusDirectory.at(folder.resolve("buses"), "default");
        CountDownLatch ended = new CountDownLatch(1);
        Thread input = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (java.io.IOException e) {
                System.out.println(e);
            }
            ended.countDown();
        });
        input.setDaemon(true);
        input.start();
        DaemonContext context = DaemonContext.of(bus).signals(SignalsOptions.defaults().withSlotCount(1 << 18));
        try (TimerDaemon daemon = OffsetDaemon.open(context, () -> CalendarOffset.measureNs() + skewNs).start();
                ClusterMember member = ClusterMember.start(MemberOptions.of(index, List.of(arguments[1].split(",", -1)),
                        folder.resolve("log"), bus, "host-" + index).withClock(clock))) {
            boolean wasServing = false;
            while (daemon.isRunning() && !ended.await(20, TimeUnit.MILLISECONDS)) {
                if (member.agent().isServing() != wasServing) {
                    wasServing = !wasServing;
                    System.out.println(wasServing ? "SERVING" : "WAITING");
                }
            }
        }
        System.exit(0);
    }
}
