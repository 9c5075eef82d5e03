// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import io.tickbus.cli.CommandSpec;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.calendar.OverlapPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads crontabs: five fields or a nickname, and a command; variables before the lines that they are for; comments. Of
 * the variables, {@code CRON_TZ} sets the zone, {@code CRON_GAP} and {@code CRON_OVERLAP} the policies of the lines
 * that follow. A {@code %} is written as {@code \%}, as cron demands it.
 */
final class CronFile {
    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");
    private static final Pattern LINE = Pattern.compile("(@\\S+|(?:\\S+\\s+){4}\\S+)\\s+(\\S.*)");
    private static final Pattern INPUT = Pattern.compile("(?<!\\\\)%");
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final ZoneId defaultZone;
    private final List<CronLine> lines = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final Set<Long> keys = new HashSet<>();
    private ZoneId zone;
    /** Null where an expression decides. */
    private GapPolicy gap;
    private OverlapPolicy overlap;

    private CronFile(ZoneId defaultZone) {
        this.defaultZone = defaultZone;
        this.zone = defaultZone;
    }

    static CronFile read(Path file, ZoneId defaultZone) throws IOException {
        return parse(Files.readString(file, StandardCharsets.UTF_8), defaultZone);
    }

    static CronFile parse(String text, ZoneId defaultZone) {
        CronFile read = new CronFile(defaultZone);
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            read.line(++number, line.strip());
        }
        return read;
    }

    List<CronLine> lines() {
        return lines;
    }

    /** What is wrong with the file, a sentence for each line that is not understood. */
    List<String> problems() {
        return problems;
    }

    private void line(int number, String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        try {
            Matcher variable = VARIABLE.matcher(line);
            if (variable.matches()) {
                set(variable.group(1), unquoted(variable.group(2).strip()));
            } else {
                lines.add(job(number, line));
            }
        } catch (IllegalArgumentException e) {
            problems.add("line " + number + ": " + e.getMessage());
        }
    }

    private static String unquoted(String value) {
        boolean isQuoted = value.length() >= 2 && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }

    private void set(String name, String value) {
        switch (name) {
            case "CRON_TZ" -> zone = value.isEmpty() ? defaultZone : zone(value);
            case "CRON_GAP" -> gap = value.isEmpty() ? null : choice(GapPolicy.class, name, value);
            case "CRON_OVERLAP" -> overlap = value.isEmpty() ? null : choice(OverlapPolicy.class, name, value);
            default -> environment.put(name, value);
        }
    }

    private static ZoneId zone(String value) {
        try {
            return ZoneId.of(value);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a zone is like Europe/Berlin or UTC: CRON_TZ=" + value, e);
        }
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String name, String value) {
        try {
            return CommandSpec.choice(type, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private CronLine job(int number, String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a line has five fields, or @daily and the like, and a command");
        }
        String command = matcher.group(2);
        if (INPUT.matcher(command).find()) {
            throw new IllegalArgumentException("a command gets no input here, so write each % as \\%");
        }
        CalendarSchedule schedule = CalendarSchedule.parse(matcher.group(1).replaceAll("\\s+", " "), zone);
        schedule = gap == null ? schedule : schedule.withGap(gap);
        schedule = overlap == null ? schedule : schedule.withOverlap(overlap);
        long key = hash(schedule + "\n" + command);
        while (!keys.add(key)) {
            // The same line again.
            key++;
        }
        return new CronLine(number, schedule, command.replace("\\%", "%"), key, Map.copyOf(environment));
    }

    /** FNV-1a with 64 bits. */
    private static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
