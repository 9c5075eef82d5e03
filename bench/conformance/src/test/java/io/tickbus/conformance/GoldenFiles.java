// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.testkit.GoldenHex;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The golden files of the kit: {@code signals} of each version, state and flag, and what {@code read} must answer. They
 * are made by the publisher of today, and what depends on host and time is then replaced; so they show that a byte of
 * the format has changed.
 */
final class GoldenFiles {
    /**
     * A file and the answer to it.
     *
     * @param hex its text form
     */
    record Golden(String hex, Map<String, Object> answer) {
    }

    private static final int SLOTS = 8;
    private static final int RECORD = SignalRecordLayout.LENGTH;
    private static final long STARTED_NS = 1_000_000_000_000L;
    private static final byte ALL_BITS = -1;
    /** First and end of each range of reserved bytes. */
    private static final int[][] RESERVED =
            {{104, 128}, {180, 192}, {212, 256}, {264, 384}, {388, 512}, {520, 640}, {644, 648}, {680, 4096}};

    private final Path folder;
    private final Map<String, Golden> files = new LinkedHashMap<>();

    private GoldenFiles(Path folder) {
        this.folder = folder;
    }

    /** Writes the files, once for each version: {@code main(folder for buses)}. */
    public static void main(String[] args) throws IOException {
        for (Map.Entry<String, Golden> file : make(Path.of(args[0])).entrySet()) {
            Files.writeString(path(file.getKey() + ".hex"), file.getValue().hex());
            Files.writeString(path(file.getKey() + ".json"), json(file.getValue().answer()));
        }
    }

    /** A file of the kit. */
    static Path path(String name) {
        return ProjectFiles.root().resolve("bench/conformance/golden").resolve(name);
    }

    static Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path(""))) {
            return files.map(file -> file.getFileName().toString().split("\\.", -1)[0])
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static String json(Map<String, Object> answer) throws IOException {
        return JSON.std.asString(answer).replace(",[", ",\n[").replace("[[", "[\n[") + "\n";
    }

    /** All of them by name, made once more in buses below a folder. */
    static Map<String, Golden> make(Path folder) throws IOException {
        GoldenFiles golden = new GoldenFiles(folder);
        golden.makeStates();
        golden.makeRecords();
        golden.makeVersions();
        golden.makeWrong();
        return golden.files;
    }

    private void makeStates() throws IOException {
        add("fresh", published(0, 0), file -> { }, answer("DEAD", 0, 0));
        add("dead", published(0, 5), file -> { }, answer("DEAD", 0, 5));
        add("closed", published(0, 5), file -> file.putInt(SignalsLayout.STATE, SignalsLayout.STATE_CLOSED),
                answer("CLOSED", 0, 5));
        Map<String, Object> replaced = answer("DEAD", 0, 5);
        replaced.remove("status"); // what has replaced it is not there
        add("replaced", published(0, 5), file -> file.putInt(SignalsLayout.STATE, SignalsLayout.STATE_REPLACED),
                replaced);
        add("lapped", published(0, 11), file -> { }, answer("DEAD", 4, 11));
        add("half-written", published(0, 5), file -> writeHalf(file, 5), answer("DEAD", 0, 5));
        add("half-overwritten", published(0, 12), file -> writeHalf(file, 12), answer("DEAD", 5, 12));
        add("number-behind", published(0, 5), file -> file.putLong(SignalsLayout.NEXT_SEQUENCE, 4),
                answer("DEAD", 0, 5));
        add("replacement", published(1_000_000, 3), file -> { }, answer("DEAD", 1_000_000, 1_000_003));
        add("replacement-lapped", published(1_000_000, 12), file -> { }, answer("DEAD", 1_000_005, 1_000_012));
        for (int options : new int[] {0, 1, 7, 0x7FFF_FFFB}) {
            add("options-" + Integer.toHexString(options), published(0, 5),
                    file -> file.putInt(SignalsLayout.OPTIONS, options), answer("DEAD", 0, 5));
        }
    }

    private static void writeHalf(ByteBuffer file, long sequence) {
        file.putLong(slot(sequence), -(sequence + 1)).putLong(slot(sequence) + SignalRecordLayout.KEY, 42);
    }

    private void makeRecords() throws IOException {
        for (int bit = 1; bit <= SignalRecordLayout.FLAG_LAST; bit <<= 1) {
            addRecord("flag-" + Integer.toHexString(bit), signal(1).flags(bit));
        }
        addRecord("flag-80", signal(1).flags(0x80));
        addRecord("numbers-least", signal(1).key(Long.MIN_VALUE).signalId(Integer.MIN_VALUE).owner(0)
                .occurrence(Integer.MIN_VALUE, 0).generation(Integer.MIN_VALUE).deadlineNs(Long.MIN_VALUE));
        addRecord("numbers-most", signal(1).key(Long.MAX_VALUE).signalId(Integer.MAX_VALUE).owner(0xFFFF)
                .occurrence(-1, Integer.MAX_VALUE).flags(SignalRecordLayout.FLAG_COALESCED)
                .generation(Integer.MAX_VALUE).deadlineNs(Long.MAX_VALUE));
        for (int length = 0; length <= SignalRecordLayout.MAX_PAYLOAD_LENGTH; length += 4) {
            addRecord("payload-" + length, signal(1).payload("0123456789AB".substring(0, length)
                    .getBytes(StandardCharsets.US_ASCII)));
        }
        add("payload-200", published(0, 3), file -> file.put(slot(1) + SignalRecordLayout.PAYLOAD_LENGTH, (byte) 200),
                answer("DEAD", 0, 3, signal(0), signal(1).payload(payload(12)), signal(2)));
        add("relay-absent", published(0, 5), file -> putFlag(file, 1, SignalRecordLayout.FLAG_ABSENT, 0),
                answer("DEAD", 0, 5, 0, 1, signal(0), signal(2), signal(3), signal(4)));
        add("relay-lost", published(0, 5), file -> putFlag(file, 1, SignalRecordLayout.FLAG_LOST, 3),
                answer("DEAD", 0, 5, 2, 0, signal(0), signal(3), signal(4)));
        add("relay-lost-beyond", published(0, 5), file -> putFlag(file, 3, SignalRecordLayout.FLAG_LOST, 1L << 40),
                answer("DEAD", 0, 5, 2, 0, signal(0), signal(1), signal(2)));
        add("relay-lost-nothing", published(0, 5), file -> putFlag(file, 3, SignalRecordLayout.FLAG_LOST, 0),
                answer("DEAD", 0, 5, 1, 0, signal(0), signal(1), signal(2), signal(4)));
    }

    /** Between two others. */
    private void addRecord(String name, SignalRecord record) throws IOException {
        SignalRecord[] records = {signal(0), record, signal(2)};
        add(name, published(0, records), file -> { }, answer("DEAD", 0, 3, records));
    }

    private static void putFlag(ByteBuffer file, long sequence, int flag, long key) {
        file.put(slot(sequence) + SignalRecordLayout.FLAGS, (byte) flag)
                .putLong(slot(sequence) + SignalRecordLayout.KEY, key);
    }

    private void makeVersions() throws IOException {
        for (int version = 0; version <= SignalsLayout.VERSION + 1; version++) {
            int changed = version;
            Map<String, Object> answer = version == SignalsLayout.VERSION ? answer("DEAD", 0, 5) : error("VERSION");
            add("version-" + version, published(0, 5),
                    file -> file.putInt(FileHeaderLayout.LAYOUT_VERSION, changed), answer);
        }
        // All but magic, version and byte order may be another in a later version.
        add("version-3-of-128", published(0, 5), file -> file.putInt(FileHeaderLayout.LAYOUT_VERSION, 3)
                .putInt(FileHeaderLayout.HEADER_BYTES, 8192).putInt(FileHeaderLayout.RECORD_BYTES, 128),
                error("VERSION"));
        add("version-2-reserved", published(0, 5), GoldenFiles::fillReserved, answer("DEAD", 0, 5));
        add("version-2-relayed", published(0, 5), file -> file.putInt(SignalsLayout.SOURCE_CLOCK,
                SignalsLayout.SOURCE_CLOCK_MEASURED).putLong(SignalsLayout.SOURCE_OFFSET_NS, -12_345)
                .putLong(SignalsLayout.SOURCE_ERROR_NS, 678).putLong(SignalsLayout.SOURCE_RECORDING, 9)
                .putLong(SignalsLayout.SOURCE_POSITION, 4096), answer("DEAD", 0, 5));
    }

    private static void fillReserved(ByteBuffer file) {
        for (int[] range : RESERVED) {
            for (int at = range[0]; at < range[1]; at++) {
                file.put(at, ALL_BITS);
            }
        }
    }

    private void makeWrong() throws IOException {
        Map<String, Consumer<ByteBuffer>> changes = new LinkedHashMap<>();
        changes.put("NOT_A_BUS magic", file -> file.putLong(FileHeaderLayout.MAGIC, 42));
        changes.put("BYTE_ORDER magic", file -> file.putLong(0, Long.reverseBytes(SignalsLayout.MAGIC_VALUE)));
        changes.put("BYTE_ORDER byte-order", file -> file.putInt(FileHeaderLayout.BYTE_ORDER, 0x0D0C_0B0A));
        changes.put("GEOMETRY header", file -> file.putInt(FileHeaderLayout.HEADER_BYTES, 8192));
        changes.put("GEOMETRY record", file -> file.putInt(FileHeaderLayout.RECORD_BYTES, 128));
        changes.put("TAMPERED no-slots", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 0));
        changes.put("TAMPERED seven-slots", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 7));
        changes.put("TAMPERED clock", file -> file.putInt(SignalsLayout.CLOCK_ID, 2));
        changes.put("TAMPERED base", file -> file.putLong(SignalsLayout.BASE_SEQUENCE, -1));
        changes.put("TAMPERED number-before-base", file -> file.putLong(SignalsLayout.BASE_SEQUENCE, 6));
        changes.put("TAMPERED number-ahead", file -> file.putLong(SignalsLayout.NEXT_SEQUENCE, 7));
        changes.put("TAMPERED stamp", file -> file.putLong(slot(2), 1000));
        changes.put("TRUNCATED empty", file -> file.limit(0));
        changes.put("TRUNCATED header", file -> file.limit(100));
        changes.put("TRUNCATED slot", file -> file.limit(file.limit() - RECORD));
        changes.put("TRUNCATED byte", file -> file.limit(file.limit() - 1));
        changes.put("TRUNCATED more-slots", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 2 * SLOTS));
        changes.put("TRUNCATED stated", file -> file.putLong(FileHeaderLayout.FILE_LENGTH, 8191));
        changes.put("ANOTHER_BOOT stale", file -> file.putLong(SignalsLayout.BOOT_ID, 42));
        changes.put("ANOTHER_TIME_NAMESPACE offset",
                file -> file.putLong(SignalsLayout.MONOTONIC_OFFSET_NS, 1_234_567));
        for (Map.Entry<String, Consumer<ByteBuffer>> change : changes.entrySet()) {
            String error = change.getKey().split(" ", -1)[0];
            String name = change.getKey().toLowerCase(Locale.ROOT).replace(' ', '-').replace('_', '-');
            add(name, published(0, 5), change.getValue(), error(error));
        }
    }

    private static int slot(long sequence) {
        return SignalsLayout.HEADER_LENGTH + RECORD * (int) (sequence % SLOTS);
    }

    private static byte[] payload(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i < 8 ? 0x10 + i : 0);
        }
        return bytes;
    }

    /** What is published as the sequence. */
    private static SignalRecord signal(long sequence) {
        int i = (int) (sequence % 1000);
        return new SignalRecord().publishedNs(STARTED_NS + 1_000L * i + 500).deadlineNs(STARTED_NS + 1_000L * i)
                .key(-1L - i).signalId(1_000 + i).owner(0xFF00 + i).occurrence(7 * i, 11 * i).generation(-13 * i)
                .payload(payload(8));
    }

    private static SignalRecord[] signals(long from, long end) {
        return LongStream.range(from, end).mapToObj(GoldenFiles::signal).toArray(SignalRecord[]::new);
    }

    private byte[] published(long base, int count) throws IOException {
        return published(base, signals(base, base + count));
    }

    /** A file as a publisher left it that has died, without anything of this host in it. */
    private byte[] published(long base, SignalRecord... records) throws IOException {
        BusDirectory bus = BusDirectory.at(folder, "golden");
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(SLOTS);
        SignalPublisher publisher = SignalPublisher.openAt(bus, options, 1, base);
        for (SignalRecord record : records) {
            publisher.publish(record);
        }
        byte[] bytes = Files.readAllBytes(bus.signals());
        publisher.close();
        bus.delete();
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = SignalsLayout.BOOT_ID; at < SignalsLayout.EPOCH; at += Long.BYTES) {
            file.putLong(at, 0);
        }
        file.putLong(SignalsLayout.HISTORY_ID, 0x0123_4567_89AB_CDEFL).putLong(SignalsLayout.PUBLISHER_PID, 4711)
                .putLong(SignalsLayout.PUBLISHER_START_TICKS, 123_456)
                .putLong(SignalsLayout.PUBLISHER_PID_NAMESPACE, 0).putLong(SignalsLayout.EPOCH_STARTED_NS, 1)
                .putLong(SignalsLayout.HEARTBEAT_NS, 1).putInt(SignalsLayout.PUBLISHER_CPU, -1);
        return bytes;
    }

    private void add(String name, byte[] bytes, Consumer<ByteBuffer> change, Map<String, Object> answer) {
        ByteBuffer changed = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(changed);
        byte[] whole = new byte[changed.limit()];
        changed.get(0, whole);
        files.put(name, new Golden(GoldenHex.format(whole), answer));
    }

    private static Map<String, Object> error(String name) {
        return new LinkedHashMap<>(Map.of("error", name));
    }

    private static Map<String, Object> answer(String status, long first, long end) {
        return answer(status, first, end, signals(first, end));
    }

    private static Map<String, Object> answer(String status, long first, long end, SignalRecord... signals) {
        return answer(status, first, end, 0, 0, signals);
    }

    /** In the order of sequences; those without a signal are where the records' keys say so. */
    private static Map<String, Object> answer(String status, long first, long end, long lost, long absent,
            SignalRecord... signals) {
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < signals.length; i++) {
            // A record that stands in its place tells it by its id.
            boolean isComplete = signals.length == end - first;
            rows.add(row(signals[i].sequence(isComplete ? first + i : signals[i].signalId() - 1_000)));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("received", rows.size());
        answer.put("lost", lost);
        answer.put("absent", absent);
        answer.put("first", first);
        answer.put("last", end - 1);
        answer.put("status", status);
        answer.put("errors", 0);
        answer.put("signals", rows);
        return answer;
    }

    /** A signal as {@code read} prints it. */
    static List<Object> row(SignalRecord signal) {
        return List.of(signal.sequence(), signal.publishedNs(), signal.deadlineNs(), signal.key(), signal.signalId(),
                signal.owner(), signal.flags(), signal.occurrence(), signal.generation(), signal.missed(),
                HexFormat.of().formatHex(signal.payload()));
    }
}
