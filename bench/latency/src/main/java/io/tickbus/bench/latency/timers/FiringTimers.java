package io.tickbus.bench.latency.timers;

/** One way to have timers inside a JVM: keeps those of one schedule and reports each firing to its log. */
interface FiringTimers extends AutoCloseable {
    /** Arms every timer of the log's schedule, before the first is due, and begins to fire. */
    void start(FiringLog log);

    /** Ends. When this returns nothing is reported any more. */
    @Override
    void close();

    /** The timers of a name, which may end with a rateMode's suffix. */
    static FiringTimers named(String name) {
        RateMode rateMode = RateMode.of(name);
        return switch (name.substring(0, name.length() - rateMode.suffix().length())) {
            case "stpe" -> new ScheduledPool(rateMode);
            case "java-util-timer" -> new UtilTimer(rateMode);
            case "netty-1ms" -> new NettyWheel(rateMode);
            case "agrona-200us" -> new PollingThread(new AgronaWheel(), 200_000, rateMode);
            case "naive-map-1ms" -> new PollingThread(new NaiveMap(), 1_000_000, rateMode);
            case "naive-array-1ms" -> new PollingThread(new NaiveArray(), 1_000_000, rateMode);
            case "naive-array-25ms" -> new PollingThread(new NaiveArray(), 25_000_000, rateMode);
            case "clock-only" -> new ClockOnly();
            case "two-level-wheel-1ms" -> new PollingThread(new TwoLevelWheel(), 1_000_000, rateMode);
            default -> throw new IllegalArgumentException("unknown timers: name=" + name);
        };
    }
}
