// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells the service manager, systemd or another that speaks its protocol, how the daemon of this process is: each
 * message is a datagram to the socket that the environment variable {@code NOTIFY_SOCKET} names.
 *
 * <ul>
 * <li>{@code READY=1} when clients can attach and both threads serve them, and after each reload
 * <li>{@code WATCHDOG=1} in time for {@code WATCHDOG_USEC}, but only if the timer thread has written a heartbeat since
 *     the latest. The conductor sends it: if either thread stalls, there is none.
 * <li>{@code STATUS=}, {@code RELOADING=1}, {@code STOPPING=1}
 * </ul>
 *
 * <p><b>Threads:</b> any but the timer thread. <b>Progress:</b> makes system calls, and waits for nobody.
 * <p><b>Loss:</b> what cannot be sent is logged, once for each cause; {@code READY}, {@code WATCHDOG} are tried again.
 *
 * <p>Source: sd_notify(3), sd_watchdog_enabled(3), systemd.service(5).
 */
public final class ServiceNotifier {
    /** Tells nobody. */
    public static final ServiceNotifier NONE = new ServiceNotifier("", 0, null);

    private static final long STATUS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);
    /** The conductor checks ten times a second, or twice. */
    private static final int MESSAGES_PER_WATCHDOG_INTERVAL = 3;

    private final String address;
    private final long watchdogNs;
    private final DaemonLog log;
    /** All of these under this object's lock. */
    private boolean isReadyDue = true;
    private boolean isStopping;
    private long seenHeartbeatNs;
    private long nextNs = System.nanoTime();
    private String loggedFailure = "";

    private ServiceNotifier(String address, long watchdogNs, DaemonLog log) {
        this.address = address;
        this.watchdogNs = watchdogNs;
        this.log = log;
    }

    /**
     * The service manager that has started this process, as its environment says; {@link #NONE} if none has.
     *
     * @param environment {@link System#getenv()}
     * @param log         where it says why a message could not be sent
     */
    public static ServiceNotifier of(Map<String, String> environment, DaemonLog log) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        return address.isEmpty() ? NONE : new ServiceNotifier(address, watchdogNs(environment, log), log);
    }

    private static long watchdogNs(Map<String, String> environment, DaemonLog log) {
        String interval = environment.getOrDefault("WATCHDOG_USEC", "0");
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        try {
            boolean isForOther = !pid.isEmpty() && Long.parseLong(pid) != ProcessHandle.current().pid();
            return isForOther ? 0 : Math.max(0, TimeUnit.MICROSECONDS.toNanos(Long.parseLong(interval)));
        } catch (NumberFormatException e) {
            log.warn("watchdog-unknown", "WATCHDOG_USEC", interval, "WATCHDOG_PID", pid, "why",
                    "they should be numbers; no watchdog messages are sent");
            return 0;
        }
    }

    /** The daemon is open, and its timer thread has not run. */
    synchronized void opened(long heartbeatNs, long heartbeatIntervalNs) {
        seenHeartbeatNs = heartbeatNs;
        if (watchdogNs > 0 && watchdogNs / 2 < heartbeatIntervalNs) {
            log.warn("watchdog-too-short", "watchdogMs", TimeUnit.NANOSECONDS.toMillis(watchdogNs), "heartbeatMs",
                    TimeUnit.NANOSECONDS.toMillis(heartbeatIntervalNs), "remedy",
                    "WatchdogSec should be more than two heartbeat intervals");
        }
    }

    /** Conductor, with each of its checks. */
    synchronized void onCheck(long nowNs, long heartbeatNs, Supplier<String> status) {
        if (address.isEmpty() || isStopping || nowNs - nextNs < 0 || heartbeatNs == seenHeartbeatNs) {
            return;
        }
        String news = (isReadyDue ? "READY=1\n" : "") + (watchdogNs > 0 ? "WATCHDOG=1\n" : "");
        if (send(news + "STATUS=" + status.get())) {
            isReadyDue = false;
            seenHeartbeatNs = heartbeatNs;
            nextNs = nowNs + (watchdogNs > 0 ? watchdogNs / MESSAGES_PER_WATCHDOG_INTERVAL : STATUS_INTERVAL_NS);
        }
    }

    /** What the daemon is busy with before it is ready. */
    synchronized void starting(String status) {
        send("STATUS=" + status);
    }

    /** Settings are about to be read again. */
    public synchronized void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** That is over. */
    public synchronized void reloaded(String status) {
        isReadyDue |= !send("READY=1\nSTATUS=" + status);
    }

    synchronized void stopping() {
        isStopping = true;
        send("STOPPING=1\nSTATUS=Stopping");
    }

    private boolean send(String message) {
        if (address.isEmpty()) {
            return true;
        }
        String failure = "";
        try {
            Platforms.current().sendDatagram(address, message.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            failure = e.getMessage();
        }
        if (!failure.isEmpty() && !failure.equals(loggedFailure)) {
            log.error("service-manager-not-told", "NOTIFY_SOCKET", address, "why", failure, "platform",
                    Platforms.reason(), "remedy", "without these messages use Type=exec and no WatchdogSec");
        }
        loggedFailure = failure;
        return failure.isEmpty();
    }
}
