package io.tickbus.cli.timer;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A point in time as it is typed: {@code 2026-12-01T12:00:00Z}, with another offset, without one for this host's zone,
 * or CLOCK_MONOTONIC nanoseconds. Exactly one of the two is set.
 */
record DueTime(Instant instant, Long monotonicNs) {
    private static final long NS_PER_S = TimeUnit.SECONDS.toNanos(1);

    static final class Converter implements ITypeConverter<DueTime> {
        @Override
        public DueTime convert(String value) {
            return parse(value, ZoneId.systemDefault());
        }
    }

    static DueTime parse(String text, ZoneId zone) {
        try {
            if (text.matches("\\d+")) {
                return new DueTime(null, Long.valueOf(text));
            }
            TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME
                    .parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            return new DueTime(time instanceof OffsetDateTime offset ? offset.toInstant()
                    : ((LocalDateTime) time).atZone(zone).toInstant(), null);
        } catch (DateTimeException | NumberFormatException e) {
            throw new TypeConversionException("a time is like 2026-12-01T12:00:00Z, or 2026-12-01T12:00:00.250 in the "
                    + "zone of this host, or nanoseconds of CLOCK_MONOTONIC: at=" + text);
        }
    }

    /** Nanoseconds since 1970. */
    long realtimeNs() {
        try {
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NS_PER_S), instant.getNano());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a timer is due within 100 years: at=" + instant, e);
        }
    }

    /** On the monotonic clock, with both clocks as they stand now; what is past becomes no less than 0. */
    long deadlineNs(Instant now, long nowNs) {
        if (monotonicNs != null) {
            return monotonicNs;
        }
        Duration delay = Duration.between(now, instant);
        if (Math.abs(delay.toDays()) > TimeUnit.NANOSECONDS.toDays(Long.MAX_VALUE) / 2) {
            throw new IllegalArgumentException("a timer is due within 100 years: at=" + instant);
        }
        return Math.max(0, nowNs + delay.toNanos());
    }
}
