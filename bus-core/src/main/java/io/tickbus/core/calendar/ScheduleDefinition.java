// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A {@link CalendarSchedule} as text, such as {@code 30 2 * * *; zone=Europe/Berlin; gap=skip; overlap=first}, and the
 * number of that text: how a schedule travels to the daemon and into its journal. It names the zone and both policies;
 * {@code from=@SECONDS}, {@code until=@SECONDS}, {@code count=N} and {@code except=DATE,DATE} follow if they are set.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class ScheduleDefinition {
    /** The most bytes of a text. */
    public static final int MAX_LENGTH = 1_000;

    private static final String SEPARATOR = "; ";

    private final String text;
    private final byte[] bytes;
    private final long id;

    private ScheduleDefinition(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
        this.id = idOf(bytes, bytes.length);
    }

    static ScheduleDefinition of(CalendarSchedule schedule, long from, long until, long[] excludedDays) {
        String except = Arrays.stream(excludedDays).mapToObj(day -> LocalDate.ofEpochDay(day).toString())
                .collect(Collectors.joining(","));
        return new ScheduleDefinition(schedule.text().replaceAll("\\s+", " ")
                + SEPARATOR + "zone=" + schedule.zone().getId()
                + SEPARATOR + "gap=" + schedule.gap().name().toLowerCase(Locale.ROOT).replace('_', '-')
                + SEPARATOR + "overlap=" + schedule.overlap().name().toLowerCase(Locale.ROOT)
                + (from == Long.MIN_VALUE ? "" : SEPARATOR + "from=@" + from)
                + (until == Long.MAX_VALUE ? "" : SEPARATOR + "until=@" + until)
                + (schedule.limit() == Long.MAX_VALUE ? "" : SEPARATOR + "count=" + schedule.limit())
                + (except.isEmpty() ? "" : SEPARATOR + "except=" + except));
    }

    /**
     * The schedule of a text, which is its definition also where this version would word it in another way.
     *
     * @throws IllegalArgumentException which says what this version does not understand, or that its zone is unknown
     */
    public static CalendarSchedule parse(String text) {
        String[] parts = text.split(";", -1);
        ZoneId zone = null;
        for (String part : parts) {
            zone = part.strip().startsWith("zone=") ? CalendarParser.zone(value(part)) : zone;
        }
        if (zone == null) {
            throw new IllegalArgumentException("the schedule names no zone that is known here: " + text);
        }
        CalendarSchedule schedule = CalendarSchedule.parse(parts[0], zone);
        long from = Long.MIN_VALUE;
        long until = Long.MAX_VALUE;
        Set<String> names = new HashSet<>();
        for (int i = 1; i < parts.length; i++) {
            String value = value(parts[i]);
            String name = parts[i].strip().substring(0, parts[i].strip().indexOf('='));
            if (!names.add(name)) {
                throw new IllegalArgumentException("a schedule has one " + name + ": " + text);
            }
            switch (name) {
                case "zone" -> { }
                case "gap" -> schedule = schedule.withGap(GapPolicy.valueOf(constant(value)));
                case "overlap" -> schedule = schedule.withOverlap(OverlapPolicy.valueOf(constant(value)));
                case "from" -> from = Long.parseLong(value.substring(1));
                case "until" -> until = Long.parseLong(value.substring(1));
                case "count" -> schedule = schedule.limit(Long.parseLong(value));
                case "except" -> schedule = schedule.without(days(value));
                default -> throw new IllegalArgumentException("a schedule has no " + name + ": " + text);
            }
        }
        return schedule.between(from, until).withDefinition(new ScheduleDefinition(text));
    }

    private static String value(String part) {
        int at = part.indexOf('=');
        if (at < 0 || part.substring(at + 1).isBlank()) {
            throw new IllegalArgumentException("a term of a schedule is NAME=VALUE: " + part);
        }
        return part.substring(at + 1).strip();
    }

    private static String constant(String value) {
        return value.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static long[] days(String dates) {
        try {
            return Arrays.stream(dates.split(",", -1)).mapToLong(date -> LocalDate.parse(date).toEpochDay()).toArray();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a date is like 2026-12-24: " + dates, e);
        }
    }

    /**
     * The number of a text, above 0: from its SHA-256, so that nobody can make another text that has the number of one
     * that is in use.
     */
    public static long idOf(byte[] text, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text, 0, length);
            return Math.max(1, ByteBuffer.wrap(digest.digest()).getLong() & Long.MAX_VALUE);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The version of this JVM's rules of time zones, such as {@code 2025b}. */
    public static String zoneRulesVersion() {
        return ZoneRulesProvider.getVersions("UTC").lastEntry().getKey();
    }

    /** The text. */
    public String text() {
        return text;
    }

    /** Its bytes, in UTF-8. */
    public int length() {
        return bytes.length;
    }

    /** Eight bytes of the text as a little-endian number; 0 beyond its end. */
    public long word(int offset) {
        long word = 0;
        for (int i = Math.min(bytes.length, offset + Long.BYTES) - 1; i >= offset; i--) {
            word = (word << Byte.SIZE) | (bytes[i] & 0xFF);
        }
        return word;
    }

    /** The number of the text, above 0. */
    public long id() {
        return id;
    }

    @Override
    public String toString() {
        return text;
    }
}
