// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Output;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Attaches to a bus, and retries while it is not there yet.
 *
 * @param isJoinGiven whether to begin exactly where the options say; else a bus that was missing is read from its
 *        oldest signal on, since all of it was published after the first attempt
 */
public record AttachRetry(BusDirectory directory, PrintWriter err, BooleanSupplier isStopped, boolean isJoinGiven) {
    private static final long RETRY_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long REMINDER_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    /**
     * Null when it was stopped meanwhile.
     *
     * @throws BusException why the bus cannot be read, at once or when the time is over
     */
    public SignalSubscriber await(SubscriberOptions options, long timeoutNs) {
        long startNs = System.nanoTime();
        long nextReminderNs = startNs;
        SubscriberOptions current = options;
        while (!isStopped.getAsBoolean()) {
            try {
                return SignalSubscriber.attach(directory, current);
            } catch (BusException e) {
                long nowNs = System.nanoTime();
                if (!isPassing(e.reason()) || nowNs - startNs >= timeoutNs) {
                    throw e;
                }
                if (e.reason() == Reason.NOT_FOUND && !isJoinGiven) {
                    current = options.joinAtOldest();
                }
                Output.check();
                if (nowNs >= nextReminderNs) {
                    nextReminderNs = nowNs + REMINDER_INTERVAL_NS;
                    err.println("tickbus: waiting for bus '" + directory.name() + "' (" + e.getMessage() + ")");
                }
                LockSupport.parkNanos(RETRY_INTERVAL_NS);
            }
        }
        return null;
    }

    /** A publisher that starts creates the bus, or replaces one of an earlier boot. */
    private static boolean isPassing(Reason reason) {
        return reason == Reason.NOT_FOUND || reason == Reason.WRONG_BOOT_ID;
    }
}
