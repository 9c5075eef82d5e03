package io.tickbus.bench.latency.throughput;

/** What one reader has seen: numbers must ascend, and gaps are losses. */
final class Tally {
    private long next;
    private long received;
    private long lost;
    private long disordered;

    void take(long number) {
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
    long next() {
        return next;
    }

    long received() {
        return received;
    }

    long lost() {
        return lost;
    }

    long disordered() {
        return disordered;
    }
}
