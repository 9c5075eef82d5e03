// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.platform.CpuList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How the values of a setting are typed, and which of them are allowed.
 *
 * @param label   short, for the place of a value in a command line's help
 * @param allowed in words, to follow "allowed is"
 * @param parser  throws {@link IllegalArgumentException}, whatever it says, for what is no such value
 */
record SettingKind<T>(String label, String allowed, Function<String, T> parser, Function<T, String> writer,
        Predicate<T> range) {
    static SettingKind<Long> duration(long minNs, long maxNs) {
        String allowed = "a duration from " + text(minNs) + " to " + text(maxNs) + ", such as 250us";
        return new SettingKind<>("DURATION", allowed, DurationText::parse, SettingKind::text,
                ns -> ns >= minNs && ns <= maxNs);
    }

    /** As a duration is typed, so that what is shown can be typed again; rounded to three digits. */
    private static String text(long ns) {
        return DurationText.format(ns).replace(" ", "").replace("µ", "u");
    }

    static SettingKind<Integer> count(int max) {
        return new SettingKind<>("N", "a whole number from 1 to " + max, Integer::valueOf, String::valueOf,
                count -> count >= 1 && count <= max);
    }

    static SettingKind<Double> share() {
        return new SettingKind<>("SHARE", "a number from 0 to 1, such as 0.08", Double::valueOf, String::valueOf,
                share -> share >= 0 && share <= 1);
    }

    static SettingKind<Integer> idleLatency() {
        return new SettingKind<>("off|USEC", "off, or microseconds from 0 to " + IdleLatency.MAX_US,
                text -> text.equals("off") ? DaemonSettings.Idle.OFF : Integer.parseUnsignedInt(text),
                us -> us == DaemonSettings.Idle.OFF ? "off" : us.toString(),
                us -> us >= DaemonSettings.Idle.OFF && us <= IdleLatency.MAX_US);
    }

    static SettingKind<List<Integer>> processors() {
        return new SettingKind<>("all|LIST", "all, or processors such as 2,4-5", SettingKind::listed,
                cpus -> cpus.isEmpty() ? "all" : cpus.stream().map(String::valueOf).collect(Collectors.joining(",")),
                cpus -> cpus.stream().allMatch(cpu -> cpu >= 0));
    }

    private static List<Integer> listed(String text) {
        List<Integer> cpus = text.equals("all") ? List.of()
                : Arrays.stream(CpuList.parse(text)).boxed().toList();
        if (cpus.isEmpty() && !text.equals("all")) {
            throw new IllegalArgumentException("no processors");
        }
        return cpus;
    }

    static <E extends Enum<E>> SettingKind<E> word(List<E> words) {
        Function<E, String> writer = word -> word.name().toLowerCase(Locale.ROOT);
        List<String> names = words.stream().map(writer).toList();
        return new SettingKind<>(String.join("|", names), "one of " + String.join(", ", names),
                text -> words.stream().filter(word -> word.name().equalsIgnoreCase(text)).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("word=" + text)), writer,
                words::contains);
    }
}
