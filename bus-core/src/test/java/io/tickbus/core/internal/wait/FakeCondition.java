// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import io.tickbus.core.WaitCondition;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.NanoClock;

/** A condition, and a clock that only moves when it is read, or when somebody sleeps. */
final class FakeCondition implements WaitCondition, NanoClock {
    /** One call of {@code park}, with the time at which it was made. */
    record Park(long atNs, long untilNs, long plannedDeadlineNs) {
    }

    final List<Park> parks = new ArrayList<>();
    long nowNs = 1_000_000_000_000L;
    long nsPerRead = 100;
    long deadlineNs = Long.MAX_VALUE;
    long readyAtNs = Long.MAX_VALUE;
    long oversleepNs;
    long looks;
    long maxSleepNs = Long.MAX_VALUE;
    Runnable onLook = () -> { };

    @Override
    public long nanoTime() {
        nowNs += nsPerRead;
        return nowNs;
    }

    @Override
    public boolean isReady() {
        looks++;
        onLook.run();
        return nowNs >= readyAtNs;
    }

    @Override
    public long nextDeadlineNs() {
        return deadlineNs;
    }

    @Override
    public void park(long untilNs, long plannedDeadlineNs) {
        parks.add(new Park(nowNs, untilNs, plannedDeadlineNs));
        if (deadlineNs >= plannedDeadlineNs && nowNs < readyAtNs) {
            long wakeNs = Math.min(untilNs + oversleepNs, readyAtNs);
            nowNs = Math.max(nowNs, Math.min(wakeNs, maxSleepNs == Long.MAX_VALUE ? wakeNs : nowNs + maxSleepNs));
        }
    }

    Park onlyPark() {
        if (parks.size() != 1) {
            throw new AssertionError("parks=" + parks);
        }
        return parks.get(0);
    }
}
