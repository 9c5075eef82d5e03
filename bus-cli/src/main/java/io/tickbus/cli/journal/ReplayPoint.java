package io.tickbus.cli.journal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a replay begins or ends: a sequence, or a time. */
record ReplayPoint(Long sequence, Long realtimeNs) {
    static final class Converter implements ITypeConverter<ReplayPoint> {
        @Override
        public ReplayPoint convert(String value) {
            if (value.matches("\\d{1,18}")) {
                return new ReplayPoint(Long.valueOf(value), null);
            }
            try {
                TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME
                        .parseBest(value, OffsetDateTime::from, LocalDateTime::from);
                Instant instant = time instanceof OffsetDateTime offset ? offset.toInstant()
                        : ((LocalDateTime) time).atZone(ZoneId.systemDefault()).toInstant();
                return new ReplayPoint(null,
                        TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano());
            } catch (DateTimeException e) {
                throw new TypeConversionException("a sequence, or a time like 2026-12-01T12:00:00Z: " + value);
            }
        }
    }

    /** Whether a signal stands before this. */
    boolean isAfter(long ofSequence, long ofRealtimeNs) {
        return sequence != null ? ofSequence < sequence : ofRealtimeNs < realtimeNs;
    }
}
