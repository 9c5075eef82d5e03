package io.tickbus.bench.latency.timers;

/** What a timer of a peer does when it is due: tells the log which occurrence this is. */
final class FiringTask implements Runnable {
    private final FiringLog log;
    private final int timer;
    private int occurrence;

    FiringTask(FiringLog log, int timer) {
        this.log = log;
        this.timer = timer;
    }

    @Override
    public void run() {
        log.fired(timer, occurrence++, 0, System.nanoTime());
    }

    /** How long until it is due next; only of a periodic one. */
    long nextDelayNs(RateMode rateMode) {
        return rateMode == RateMode.FIXED_DELAY ? log.schedule().periodNs(timer)
                : log.schedule().deadlineNs(timer, occurrence) - System.nanoTime();
    }

    boolean isPeriodic() {
        return log.schedule().periodNs(timer) > 0;
    }
}
