// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A time of day as it is typed: {@code 2026-12-01T12:00:00Z} or with another offset, the same without one for this
 * host's zone, or {@code @1796126400.25}, seconds since 1970.
 *
 * @param zone the zone it was taken in, where it did not say one; else null
 */
public record TimeText(Instant instant, ZoneId zone) {
    /** Examples for messages that ask for a time. */
    public static final String EXAMPLES = "2026-12-01T12:00:00Z, 2026-12-01T12:00:00.250 in this host's zone, or "
            + "@1796126400 for seconds since 1970";

    private static final Pattern SECONDS = Pattern.compile("@(-?[0-9]{1,12})(?:\\.([0-9]{1,9}))?");
    private static final BigDecimal NS_PER_S = BigDecimal.valueOf(TimeUnit.SECONDS.toNanos(1));
    private static final Path ZONES = Path.of("/usr/share/zoneinfo");

    /** Reads it; without an offset it is a time of the zone that the variable TZ or the host sets. */
    public static TimeText parse(String text) {
        return parse(text, ZoneId.systemDefault(), System.getenv("TZ"));
    }

    static TimeText parse(String text, ZoneId zone, String zoneVariable) {
        try {
            Matcher seconds = SECONDS.matcher(text);
            if (seconds.matches()) {
                long nanos = seconds.group(2) == null ? 0
                        : new BigDecimal("0." + seconds.group(2)).multiply(NS_PER_S).longValueExact();
                boolean isBefore = seconds.group(1).startsWith("-");
                return new TimeText(Instant.ofEpochSecond(Long.parseLong(seconds.group(1)), isBefore ? -nanos : nanos),
                        null);
            }
            TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME
                    .parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            return time instanceof OffsetDateTime offset ? new TimeText(offset.toInstant(), null)
                    : of((LocalDateTime) time, checked(zone, zoneVariable, text), text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time is like " + EXAMPLES + ": time=" + text);
        }
    }

    /** A local time in the hour that is skipped or repeated when clocks are changed means nothing, or two things. */
    private static TimeText of(LocalDateTime local, ZoneId zone, String text) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new IllegalArgumentException("there is no such time in " + zone + ", where clocks are put forward "
                    + "then; say the offset too, such as " + text
                    + zone.getRules().getTransition(local).getOffsetAfter());
        }
        if (offsets.size() > 1) {
            throw new IllegalArgumentException("that time comes twice in " + zone + ", where clocks are put back then; "
                    + "say which, " + text + offsets.get(0) + " or " + text + offsets.get(1));
        }
        return new TimeText(local.toInstant(offsets.get(0)), zone);
    }

    /** Java takes the zone of a variable that it does not understand for UTC, or for the offset of today. */
    private static ZoneId checked(ZoneId zone, String variable, String text) {
        String name = variable == null ? "" : variable.startsWith(":") ? variable.substring(1) : variable;
        if (!name.isEmpty() && !isKnown(name)) {
            throw new IllegalArgumentException("the variable TZ names no zone that is known here, so say the offset "
                    + "too, such as " + text + "Z: TZ=" + variable);
        }
        return zone;
    }

    private static boolean isKnown(String name) {
        String id = name.startsWith(ZONES + "/") ? name.substring(ZONES.toString().length() + 1) : name;
        return id.equals("/etc/localtime") || TimeZone.getTimeZone(id).getID().equals(id);
    }

    /** Nanoseconds since 1970; the first or the last that 64 bits can say for what lies beyond. */
    public long saturatedNs() {
        BigInteger ns = BigDecimal.valueOf(instant.getEpochSecond()).multiply(NS_PER_S).toBigInteger()
                .add(BigInteger.valueOf(instant.getNano()));
        return ns.bitLength() < Long.SIZE ? ns.longValue() : ns.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** With the offset and the zone that it was taken in. */
    @Override
    public String toString() {
        return zone == null ? instant.toString() : instant.atZone(zone).toString();
    }
}
