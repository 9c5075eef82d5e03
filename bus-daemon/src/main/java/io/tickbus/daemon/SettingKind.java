// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.IdleLatency;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.CpuList;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How the values of a setting are typed, and which of them are allowed.
 *
 * @param label      short, for the place of a value in a command line's help
 * @param allowed    in words, to follow "allowed is"
 * @param parser     throws {@link IllegalArgumentException}, whatever it says, for what is no such value
 * @param writer     writes a value so that the parser can read it again
 * @param range      of values that are not null; null is allowed where it is the default
 * @param valueAlone what an option without a value means; null where it needs one
 * @param isList     whether values are lists with commas
 */
record SettingKind<T>(String label, String allowed, Function<String, T> parser, Function<T, String> writer,
        Predicate<T> range, String valueAlone, boolean isList) {
    private static final long MEBI = 1 << 20;
    private static final long NS_PER_US = 1000;
    private static final long MS_PER_S = 1000;
    private static final long S_PER_MINUTE = 60;
    private static final long HOURS_PER_DAY = 24;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_TEXT = 255;
    private static final String[] UNITS = {"d", "h", "m", "s", "ms", "us", "ns"};
    private static final long[] PER_UNIT = {HOURS_PER_DAY, S_PER_MINUTE, S_PER_MINUTE, MS_PER_S, NS_PER_US, NS_PER_US};

    private SettingKind(String label, String allowed, Function<String, T> parser, Function<T, String> writer,
            Predicate<T> range) {
        this(label, allowed, parser, writer, range, null, false);
    }

    static SettingKind<Long> duration(long minNs, long maxNs) {
        String most = maxNs == Long.MAX_VALUE ? "" : " to " + text(maxNs);
        return new SettingKind<>("DURATION", "a duration from " + text(minNs) + most + ", such as 250us",
                DurationText::parse, SettingKind::text, ns -> ns >= minNs && ns <= maxNs);
    }

    /** A duration exactly, in the largest unit of which it is a whole number. */
    static String text(long ns) {
        long unitNs = 1;
        for (long factor : PER_UNIT) {
            unitNs *= factor;
        }
        for (int i = 0; i < PER_UNIT.length && ns != 0; i++) {
            if (ns % unitNs == 0) {
                return ns / unitNs + UNITS[i];
            }
            unitNs /= PER_UNIT[i];
        }
        return ns == 0 ? "0" : ns + "ns";
    }

    static SettingKind<Integer> count(int max) {
        return new SettingKind<>("N", "a whole number from 1 to " + max, IntegerText::toInt, String::valueOf,
                count -> count >= 1 && count <= max);
    }

    static SettingKind<Integer> slotCount() {
        return new SettingKind<>("N", "a power of two from 2 to " + SlotRing.MAX_SLOT_COUNT, IntegerText::toInt,
                String::valueOf, count -> Integer.bitCount(count) == 1 && count >= 2
                        && count <= SlotRing.MAX_SLOT_COUNT);
    }

    static SettingKind<Long> mebibytes() {
        return new SettingKind<>("MIB", "a whole number of MiB from 1 to " + Long.MAX_VALUE / MEBI,
                SettingKind::bytes, bytes -> Long.toString(bytes / MEBI),
                bytes -> bytes >= MEBI);
    }

    private static long bytes(String mebibytes) {
        long mebi = IntegerText.toLong(mebibytes);
        if (mebi > Long.MAX_VALUE / MEBI) {
            throw new IllegalArgumentException("MiB=" + mebi);
        }
        return mebi * MEBI;
    }

    static SettingKind<Double> share() {
        return new SettingKind<>("SHARE", "a number from 0 to 1, such as 0.08", Double::valueOf, String::valueOf,
                share -> share >= 0 && share <= 1);
    }

    static SettingKind<Boolean> onOff() {
        return new SettingKind<>("on|off", "on or off", SettingKind::isOn, on -> on ? "on" : "off", on -> true);
    }

    private static boolean isOn(String text) {
        if (!text.equals("on") && !text.equals("off")) {
            throw new IllegalArgumentException("word=" + text);
        }
        return text.equals("on");
    }

    static SettingKind<String> busName() {
        return new SettingKind<>("NAME", "a name of 1 to 64 letters, digits, '.', '_' or '-' that begins with neither "
                + "'.' nor '-'", text -> BusDirectory.at(Path.of("/"), text).name(), text -> text, text -> true);
    }

    /** A text, or a word for null. */
    static SettingKind<String> text(String none, String label) {
        return optional(none, label, "a name, or " + none, text -> text, text -> text,
                text -> !text.isBlank() && text.length() <= MAX_TEXT);
    }

    /** A path, or a word for null. */
    static SettingKind<Path> path(String none) {
        return optional(none, "DIR", "a path that is not empty, or " + none, Path::of, Path::toString,
                path -> !path.toString().isBlank());
    }

    static SettingKind<Integer> processor() {
        return optional("any", "N", "a processor's number, or any", IntegerText::toInt, String::valueOf,
                cpu -> cpu >= 0);
    }

    static SettingKind<Integer> idleLatency() {
        return optional("off", "off|USEC", "off, or microseconds from 0 to " + IdleLatency.MAX_US, IntegerText::toInt,
                String::valueOf, us -> us >= 0 && us <= IdleLatency.MAX_US);
    }

    /** A folder; empty for the one of the bus, null for none. */
    static SettingKind<String> journal() {
        return new SettingKind<>("DIR", "off, on, or a folder of its own that is not empty",
                text -> text.equals("off") ? null : text.equals("on") ? "" : folder(text),
                folder -> folder == null ? "off" : folder.isEmpty() ? "on" : folder, folder -> true, "on", false);
    }

    private static String folder(String text) {
        if (text.isBlank() || Path.of(text).toAbsolutePath().normalize().getFileName() == null) {
            throw new IllegalArgumentException("no folder");
        }
        return text;
    }

    /** A TCP port; null for none. */
    static SettingKind<Integer> port(int usual) {
        return new SettingKind<>("PORT", "off, on (" + usual + "), or a port from 0 to " + MAX_PORT,
                text -> text.equals("off") ? null : (Integer) (text.equals("on") ? usual : IntegerText.toInt(text)),
                port -> port == null ? "off" : port.toString(), port -> port >= 0 && port <= MAX_PORT, "on", false);
    }

    static SettingKind<String> address() {
        return new SettingKind<>("ADDRESS", "a name or number of an address of this host", text -> text, text -> text,
                text -> !text.isBlank() && text.length() <= MAX_TEXT);
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

    static SettingKind<List<TimerSpec>> timers() {
        return new SettingKind<>("PERIOD:SIGNAL_ID[:KEY]", "none, or timers such as 1ms:42,10ms:7:1001, of which no "
                + "two have the same key and no period is shorter than 1us or longer than 36500d",
                text -> text.equals("none") ? List.of()
                        : Arrays.stream(text.split(",", -1)).map(String::strip).map(TimerSpec::parse).toList(),
                timers -> timers.isEmpty() ? "none"
                        : timers.stream().map(TimerSpec::toString).collect(Collectors.joining(",")),
                TimerSpec::haveDifferentKeys, null, true);
    }

    static <E extends Enum<E>> SettingKind<E> word(List<E> words) {
        Function<E, String> writer = word -> word.name().toLowerCase(Locale.ROOT);
        List<String> names = words.stream().map(writer).toList();
        return new SettingKind<>(String.join("|", names), "one of " + String.join(", ", names),
                text -> words.stream().filter(word -> word.name().equalsIgnoreCase(text)).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("word=" + text)), writer,
                words::contains);
    }

    private static <T> SettingKind<T> optional(String none, String label, String allowed, Function<String, T> parser,
            Function<T, String> writer, Predicate<T> range) {
        return new SettingKind<>(label, allowed, text -> text.equals(none) ? null : parser.apply(text),
                value -> value == null ? none : writer.apply(value), range);
    }
}
