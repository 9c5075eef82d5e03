// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write and read them, kept in nanoseconds.
 *
 * <p><b>Threads:</b> any.
 */
public final class DurationText {
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|μs|ms|s|m|h|d)");
    private static final BigDecimal MAX_NS = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int LONGEST = 100;
    private static final int DIGITS = 3;
    private static final long PLAIN_DIGITS = 1000;

    private DurationText() {
    }

    /**
     * Nanoseconds of {@code 250ns}, {@code 1us}, {@code 1µs}, {@code 1ms}, {@code 1.5s}, {@code 2m}, {@code 1h},
     * {@code 1d}, {@code 1m30s}, {@code 0}.
     *
     * @throws IllegalArgumentException for anything else, and for fractions of a nanosecond
     */
    public static long parse(String text) {
        if (text.equals("0")) {
            return 0;
        }
        if (text.length() > LONGEST) {
            throw refusal("a short text such as 250us or 1m30s", text);
        }
        Matcher part = PART.matcher(text);
        BigDecimal sumNs = BigDecimal.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            end = part.end();
            sumNs = sumNs.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unitNs(part.group(2)))));
        }
        if (end == 0 || end != text.length()) {
            throw refusal("a number with one of the units ns, us, ms, s, m, h, d, such as 250us or 1.5s", text);
        }
        if (sumNs.compareTo(MAX_NS) > 0 || sumNs.stripTrailingZeros().scale() > 0) {
            throw refusal("a whole number of nanoseconds and at most 292 years", text);
        }
        return sumNs.longValueExact();
    }

    private static IllegalArgumentException refusal(String allowed, String text) {
        return new IllegalArgumentException("a duration is " + allowed + ": duration="
                + (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text));
    }

    private static long unitNs(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> TimeUnit.MICROSECONDS.toNanos(1);
            case "ms" -> TimeUnit.MILLISECONDS.toNanos(1);
            case "s" -> TimeUnit.SECONDS.toNanos(1);
            case "m" -> TimeUnit.MINUTES.toNanos(1);
            case "h" -> TimeUnit.HOURS.toNanos(1);
            default -> TimeUnit.DAYS.toNanos(1);
        };
    }

    /** Three digits and a unit, or two units from a minute on: {@code 840 ns}, {@code 1.25 ms}, {@code 2 h 5 m}. */
    public static String format(long ns) {
        if (ns < 0) {
            return ns == Long.MIN_VALUE ? "−292 years" : "−" + format(-ns);
        }
        if (ns < PLAIN_DIGITS) {
            return ns + " ns";
        }
        if (ns < TimeUnit.MINUTES.toNanos(1)) {
            return formatDecimal(ns);
        }
        if (ns < TimeUnit.HOURS.toNanos(1)) {
            return twoUnits(ns, TimeUnit.MINUTES, "m", TimeUnit.SECONDS, "s");
        }
        return ns < TimeUnit.DAYS.toNanos(1) ? twoUnits(ns, TimeUnit.HOURS, "h", TimeUnit.MINUTES, "m")
                : twoUnits(ns, TimeUnit.DAYS, "d", TimeUnit.HOURS, "h");
    }

    private static String formatDecimal(long ns) {
        String[] units = {" ns", " µs", " ms", " s"};
        BigDecimal value = BigDecimal.valueOf(ns).round(new java.math.MathContext(DIGITS, RoundingMode.HALF_UP));
        int unit = 0;
        while (unit < units.length - 1 && value.compareTo(BigDecimal.valueOf(PLAIN_DIGITS)) >= 0) {
            value = value.movePointLeft(DIGITS);
            unit++;
        }
        return value.stripTrailingZeros().toPlainString() + units[unit];
    }

    private static String twoUnits(long ns, TimeUnit large, String largeName, TimeUnit small, String smallName) {
        long first = large.convert(ns, TimeUnit.NANOSECONDS);
        long second = small.convert(ns - large.toNanos(first), TimeUnit.NANOSECONDS);
        return first + " " + largeName + " " + second + " " + smallName;
    }
}
