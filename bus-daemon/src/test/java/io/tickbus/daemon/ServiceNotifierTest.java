// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.NotifySocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceNotifierTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long HEARTBEAT_NS = SECOND_NS / 10;

    private final long startNs = System.nanoTime() + SECOND_NS;
    private final List<String> lines = new ArrayList<>();
    private final DaemonLog log = DaemonLog.to(line -> lines.add(line.text()), () -> 0, () -> 0);
    private final Map<String, String> environment = new HashMap<>();
    private NotifySocket manager;

    @BeforeEach
    void bind() {
        manager = NotifySocket.bind("@tickbus-test-" + UUID.randomUUID());
        environment.put("NOTIFY_SOCKET", manager.address());
        environment.put("WATCHDOG_USEC", "3000000");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private ServiceNotifier opened() {
        ServiceNotifier notifier = ServiceNotifier.of(environment, log);
        notifier.opened(1, HEARTBEAT_NS);
        return notifier;
    }

    /** Conductor's checks ten times a second, while the timer thread's heartbeat stays as it is. */
    private void check(ServiceNotifier notifier, long fromNs, int checks, long heartbeatNs) {
        for (int i = 0; i < checks; i++) {
            notifier.onCheck(startNs + fromNs + i * HEARTBEAT_NS, heartbeatNs, () -> "Serving");
        }
    }

    @Test
    void shouldBeReadyOnceTimerThreadHasRun() {
        ServiceNotifier notifier = opened();
        check(notifier, 0, 20, 1);
        assertNull(manager.poll());
        check(notifier, 2 * SECOND_NS, 1, 2);
        assertEquals("READY=1\nWATCHDOG=1\nSTATUS=Serving", manager.poll());
    }

    @Test
    void shouldSendThreeTimesInWatchdogIntervalWhenTimerThreadRuns() {
        ServiceNotifier notifier = opened();
        for (int i = 0; i < 30; i++) {
            check(notifier, i * HEARTBEAT_NS, 1, 2 + i);
        }
        assertEquals("READY=1\nWATCHDOG=1\nSTATUS=Serving", manager.poll());
        assertEquals("WATCHDOG=1\nSTATUS=Serving", manager.poll());
        assertEquals("WATCHDOG=1\nSTATUS=Serving", manager.poll());
        assertNull(manager.poll());
    }

    @Test
    void shouldFallSilentWhenTimerThreadStalls() {
        ServiceNotifier notifier = opened();
        check(notifier, 0, 100, 2);
        assertEquals("READY=1\nWATCHDOG=1\nSTATUS=Serving", manager.poll());
        assertNull(manager.poll());
        check(notifier, 11 * SECOND_NS, 1, 3);
        assertEquals("WATCHDOG=1\nSTATUS=Serving", manager.poll());
    }

    @Test
    void shouldSendNoWatchdogMessageWhenItIsForAnotherProcess() {
        environment.put("WATCHDOG_PID", "1");
        check(opened(), 0, 1, 2);
        assertEquals("READY=1\nSTATUS=Serving", manager.poll());
    }

    @Test
    void shouldTellOfReloadAndEnd() {
        ServiceNotifier notifier = opened();
        notifier.reloading();
        assertTrue(manager.poll().startsWith("RELOADING=1\nMONOTONIC_USEC="));
        notifier.reloaded("Settings reloaded");
        assertEquals("READY=1\nSTATUS=Settings reloaded", manager.poll());
        notifier.stopping();
        assertEquals("STOPPING=1\nSTATUS=Stopping", manager.poll());
        check(notifier, 0, 100, 2);
        assertNull(manager.poll());
    }

    @Test
    void shouldSayOnceWhyNobodyIsToldAndTryAgain() {
        manager.close();
        ServiceNotifier notifier = opened();
        check(notifier, 0, 5, 2);
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("service-manager-not-told NOTIFY_SOCKET=@tickbus-test-"), lines::toString);
        manager = NotifySocket.bind(manager.address());
        check(notifier, SECOND_NS, 1, 2);
        assertEquals("READY=1\nWATCHDOG=1\nSTATUS=Serving", manager.poll());
    }

    @Test
    void shouldWarnWhenWatchdogIsShorterThanTwoHeartbeats() {
        environment.put("WATCHDOG_USEC", "150000");
        opened();
        assertEquals(List.of("watchdog-too-short watchdogMs=150 heartbeatMs=100 remedy=\"WatchdogSec should be more "
                + "than two heartbeat intervals\""), lines);
    }

    @Test
    void shouldTellNobodyWhenThereIsNoServiceManager() {
        environment.remove("NOTIFY_SOCKET");
        assertEquals(ServiceNotifier.NONE, ServiceNotifier.of(environment, log));
        check(ServiceNotifier.NONE, 0, 1, 2);
        ServiceNotifier.NONE.stopping();
        assertNull(manager.poll());
        assertEquals(List.of(), lines);
    }
}
