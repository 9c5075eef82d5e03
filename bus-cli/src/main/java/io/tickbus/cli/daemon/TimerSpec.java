package io.tickbus.cli.daemon;

import io.tickbus.cli.Durations;
import io.tickbus.publisher.timer.PeriodicTimer;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One periodic timer of the command line: {@code PERIOD:SIGNAL_ID[:KEY]}. */
record TimerSpec(long periodNs, int signalId, long key) {
    private static final int MAX_PARTS = 3;
    private static final long SHORTEST_PERIOD_NS = 1_000;

    static final class Converter implements ITypeConverter<TimerSpec> {
        @Override
        public TimerSpec convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("a timer is PERIOD:SIGNAL_ID[:KEY], such as 1ms:42 or 10ms:7:1001 ("
                        + e.getMessage() + ")");
            }
        }
    }

    static TimerSpec parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > MAX_PARTS) {
            throw new IllegalArgumentException("parts=" + parts.length);
        }
        long periodNs = Durations.parse(parts[0]);
        if (periodNs < SHORTEST_PERIOD_NS) {
            throw new IllegalArgumentException("a period is at least 1us: period=" + parts[0]);
        }
        return new TimerSpec(periodNs, Integer.decode(parts[1]), parts.length == 2 ? 0 : Long.decode(parts[2]));
    }

    PeriodicTimer startingAt(long nowNs, long graceNs) {
        return new PeriodicTimer(nowNs + periodNs, periodNs, signalId, key, graceNs);
    }

    @Override
    public String toString() {
        return Durations.format(periodNs).replace(" ", "") + ":" + signalId + (key == 0 ? "" : ":" + key);
    }
}
