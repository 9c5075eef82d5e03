// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

/** What one reader has seen: numbers must ascend, and gaps are losses. */
public final class Tally {
    private long next;
    private long received;
    private long lost;
    private long disordered;

    /** A message was received. */
    public void take(long number) {
        if (number == next) {
            next++;
            received++;
        } else if (number > next) {
            lost += number - next;
            next = number + 1;
            received++;
        } else {
            disordered++;
        }
    }

    /** The number that is expected next. */
    public long next() {
        return next;
    }

    /** How many were received. */
    public long received() {
        return received;
    }

    /** How many are missing. */
    public long lost() {
        return lost;
    }

    /** How many came after one that was sent later, or twice. */
    public long disordered() {
        return disordered;
    }
}
