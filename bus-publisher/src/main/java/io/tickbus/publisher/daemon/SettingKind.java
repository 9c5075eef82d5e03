package io.tickbus.publisher.daemon;

import io.tickbus.core.DurationText;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the values of a setting are: how they are written, and which of them are allowed. */
final class SettingKind<T> {
    private final String allowed;
    private final Function<String, T> parser;
    private final Function<T, String> writer;
    private final Predicate<T> range;

    private SettingKind(String allowed, Function<String, T> parser, Function<T, String> writer, Predicate<T> range) {
        this.allowed = allowed;
        this.parser = parser;
        this.writer = writer;
        this.range = range;
    }

    static SettingKind<Long> duration(long minNs, long maxNs) {
        return new SettingKind<>("a duration from " + text(minNs) + " to " + text(maxNs) + ", such as 250us",
                DurationText::parse, SettingKind::text, ns -> ns >= minNs && ns <= maxNs);
    }

    /** As a duration is typed, so that what is shown can be typed again; rounded to three digits. */
    private static String text(long ns) {
        return DurationText.format(ns).replace(" ", "").replace("µ", "u");
    }

    static SettingKind<Integer> count(int min, int max) {
        return new SettingKind<>("a whole number from " + min + " to " + max, Integer::valueOf, String::valueOf,
                count -> count >= min && count <= max);
    }

    static SettingKind<Double> share() {
        return new SettingKind<>("a number from 0 to 1, such as 0.08", Double::valueOf, String::valueOf,
                share -> share >= 0 && share <= 1);
    }

    static <E extends Enum<E>> SettingKind<E> word(Class<E> type, List<E> words) {
        Function<E, String> writer = word -> word.name().toLowerCase(Locale.ROOT);
        return new SettingKind<>("one of " + String.join(", ", words.stream().map(writer).toList()),
                text -> word(type, text), writer, words::contains);
    }

    private static <E extends Enum<E>> E word(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants()).filter(word -> word.name().equalsIgnoreCase(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("word=" + text));
    }

    /** What is allowed, to follow "allowed is". */
    String allowed() {
        return allowed;
    }

    /** The value of a text; throws {@link IllegalArgumentException}, whatever it says, for one that is not allowed. */
    T parse(String text) {
        T value = parser.apply(text);
        if (!range.test(value)) {
            throw new IllegalArgumentException("out of range: value=" + text);
        }
        return value;
    }

    /** Whether a value of the right type is allowed. */
    @SuppressWarnings("unchecked") // Whoever sets a value has a typed method for it.
    boolean allows(Object value) {
        return value != null && range.test((T) value);
    }

    /** A value as it is typed. */
    @SuppressWarnings("unchecked") // As above.
    String write(Object value) {
        return writer.apply((T) value);
    }
}
