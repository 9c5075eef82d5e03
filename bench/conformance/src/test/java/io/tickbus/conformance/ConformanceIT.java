// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.testkit.GoldenHex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every language as publisher and as subscriber of every other, and as a client of the daemon. How many signals and
 * timers is set by the system properties {@code conformance.signals}, {@code conformance.tortured} and
 * {@code conformance.timers}; which languages, by {@code conformance.languages}, separated by commas.
 */
@Timeout(7200)
class ConformanceIT {
    private static final long SIGNALS = Long.getLong("conformance.signals", 20_000);
    private static final long TORTURED = Long.getLong("conformance.tortured", 200_000);
    private static final int TIMERS = Integer.getInteger("conformance.timers", 500);
    private static final int SLOTS = 1 << 16;
    private static final int FEW_SLOTS = 1024;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private static final Set<String> MISTRUST = Set.of("ABSENT", "DISCONNECTED", "TAMPERED", "TIMEOUT", "VERSION");

    @TempDir
    private static Path built;
    private static List<Language> languages;

    private final List<Program> programs = new ArrayList<>();
    private Path root;

    @BeforeAll
    @Timeout(900)
    static void build() throws IOException, InterruptedException {
        String wanted = System.getProperty("conformance.languages", "");
        languages = Language.found(built, wanted.isEmpty() ? Set.of() : Set.of(wanted.split(",", -1)));
        System.out.println("conformance: languages=" + languages.stream().map(Language::name).toList());
    }

    @BeforeEach
    void makeRoot() throws IOException {
        Path memory = Path.of("/dev/shm");
        root = Files.createTempDirectory(Files.isDirectory(memory) ? memory : built, "tickbus-conformance-");
    }

    @AfterEach
    void clean() throws InterruptedException, IOException {
        for (Program program : programs) {
            program.kill();
        }
        BusDirectory.list(root).forEach(name -> BusDirectory.at(root, name).delete());
        Files.delete(root);
    }

    private Program start(Language language, String command, String bus, Object... options) throws IOException {
        List<String> words = new ArrayList<>(List.of(command, "--bus", root.resolve(bus).toString()));
        for (Object option : options) {
            words.add(option.toString());
        }
        Program program = language.start(words.toArray(String[]::new));
        programs.add(program);
        return program;
    }

    /** A bus that nobody has published on yet, and whose publisher has died. */
    private void make(Language language, String bus, int slots) throws IOException, InterruptedException {
        start(language, "publish", bus, "--count", 0, "--slots", slots, "--close", "no").awaitReady().result();
    }

    private static long number(Map<String, Object> result, String name) {
        return ((Number) result.get(name)).longValue();
    }

    @Test
    void shouldAnswerAsExpectedWhenFilesAreGolden() throws Exception {
        for (String name : GoldenFiles.names()) {
            Path bus = Files.createDirectory(root.resolve(name));
            Files.write(bus.resolve("signals"), GoldenHex.read(GoldenFiles.path(name + ".hex")));
            Map<String, Object> expected = JSON.std.mapFrom(Files.readString(GoldenFiles.path(name + ".json")));
            Map<Language, Program> readers = new LinkedHashMap<>();
            for (Language language : languages.subList(1, languages.size())) {
                readers.put(language, language.start("read", "--bus", bus.toString()));
            }
            Map<String, Map<String, Object>> answers = new LinkedHashMap<>();
            answers.put("java", JavaProgram.run("read", new Arguments("read", "--bus", bus.toString())));
            for (Map.Entry<Language, Program> reader : readers.entrySet()) {
                answers.put(reader.getKey().name(), reader.getValue().result(expected.containsKey("error") ? 1 : 0));
            }
            answers.forEach((language, answer) -> {
                answer.keySet().retainAll(expected.keySet());
                assertEquals(sorted(expected), sorted(answer), language + " " + name);
            });
            Files.delete(bus.resolve("signals"));
            Files.delete(bus);
        }
        System.out.println("golden files read: " + GoldenFiles.names());
    }

    /** As text, in which numbers of all lengths are alike. */
    private static String sorted(Map<String, Object> json) {
        return new TreeMap<>(json).toString();
    }

    @Test
    void shouldReadEverySignalWhateverTheLanguages() throws Exception {
        Map<String, Map<String, String>> matrix = new LinkedHashMap<>();
        for (Language publishing : languages) {
            Map<String, String> row = new LinkedHashMap<>();
            String bus = publishing.name();
            make(publishing, bus, SLOTS);
            Map<Language, Program> subscribers = new LinkedHashMap<>();
            String[] waits = {"park", "predict"};
            for (Language reading : languages) {
                subscribers.put(reading, start(reading, "subscribe", bus, "--count", SIGNALS, "--wait",
                        waits[subscribers.size() % waits.length]));
            }
            for (Program subscriber : subscribers.values()) {
                subscriber.awaitReady();
            }
            Map<String, Object> published =
                    start(publishing, "publish", bus, "--count", SIGNALS, "--slots", SLOTS).awaitReady().result();
            assertEquals(SIGNALS, number(published, "published"), published::toString);
            for (Map.Entry<Language, Program> subscriber : subscribers.entrySet()) {
                Map<String, Object> result = subscriber.getValue().result();
                assertExact(result, SIGNALS);
                if (SIGNALS <= SLOTS) {
                    assertEquals(0, number(result, "lost"), () -> "nothing was overwritten: " + result);
                }
                row.put(subscriber.getKey().name(), result.get("received") + "+" + result.get("lost"));
            }
            matrix.put(publishing.name(), row);
        }
        print("received + lost of " + SIGNALS + ", publisher by row, subscriber by column", matrix);
    }

    @Test
    void shouldAccountForEverySignalWhenPublisherIsTorture() throws Exception {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        Language java = languages.get(0);
        make(java, "torture", FEW_SLOTS);
        Map<String, Program> subscribers = new LinkedHashMap<>();
        for (Language reading : languages) {
            subscribers.put(reading.name(), start(reading, "subscribe", "torture", "--count", TORTURED));
            subscribers.put(reading.name() + ", slow", start(reading, "subscribe", "torture", "--count", TORTURED,
                    "--slow-every", FEW_SLOTS / 4, "--wait", "predict"));
        }
        for (Program subscriber : subscribers.values()) {
            subscriber.awaitReady();
        }
        Map<String, Object> published =
                start(java, "torture", "torture", "--count", TORTURED, "--slots", FEW_SLOTS).awaitReady().result();
        assertEquals(TORTURED, number(published, "published"), published::toString);
        for (Map.Entry<String, Program> subscriber : subscribers.entrySet()) {
            Map<String, Object> result = subscriber.getValue().result();
            assertExact(result, TORTURED);
            assertTrue(number(result, "received") > 0, () -> "it reads nothing: " + result);
            assertTrue(number(result, "epochs") >= 1, () -> "it followed a file that was replaced: " + result);
            Map<String, String> row = new LinkedHashMap<>();
            for (String name : List.of("received", "lost", "torn", "order", "epochs")) {
                row.put(name, result.get(name).toString());
            }
            rows.put(subscriber.getKey(), row);
        }
        print("of " + TORTURED + " signals of a publisher with " + published.get("epochs") + " lives", rows);
    }

    private static void assertExact(Map<String, Object> result, long count) {
        assertEquals(0, number(result, "torn"), result::toString);
        assertEquals(0, number(result, "order"), result::toString);
        assertEquals(0, number(result, "errors"), result::toString);
        assertEquals(0, number(result, "first"), result::toString);
        assertEquals(count - 1, number(result, "last"), result::toString);
        assertEquals(count, number(result, "received") + number(result, "lost"), result::toString);
    }

    @Test
    void shouldFireEveryTimerWhateverTheClient() throws Exception {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        BusDirectory bus = BusDirectory.at(root, "timers");
        try (TimerDaemon daemon = TimerDaemon.start(bus)) {
            Map<Language, Program> clients = new LinkedHashMap<>();
            for (Language language : languages) {
                clients.put(language, start(language, "timers", "timers", "--count", TIMERS));
            }
            for (Map.Entry<Language, Program> client : clients.entrySet()) {
                Map<String, Object> result = client.getValue().awaitReady().result();
                assertEquals(TIMERS, number(result, "armed"), result::toString);
                assertEquals(TIMERS / 10, number(result, "rearmed"), result::toString);
                assertEquals(TIMERS - number(result, "cancelled"), number(result, "fired"), result::toString);
                for (String name : List.of("early", "lost", "refused", "errors")) {
                    assertEquals(0, number(result, name), result::toString);
                }
                Map<String, String> row = new LinkedHashMap<>();
                for (String name : List.of("armed", "rearmed", "cancelled", "fired", "stale", "early", "lost")) {
                    row.put(name, result.get(name).toString());
                }
                rows.put(client.getKey().name(), row);
            }
            awaitClients(daemon, 0);
        }
        print("timers at a daemon in Java", rows);
    }

    @Test
    void shouldClearAwayClientWhenItIsKilled() throws Exception {
        BusDirectory bus = BusDirectory.at(root, "killed");
        try (TimerDaemon daemon = TimerDaemon.start(bus)) {
            List<Program> clients = new ArrayList<>();
            for (Language language : languages) {
                clients.add(start(language, "timers", "killed", "--count", 10_000_000).awaitReady());
            }
            awaitClients(daemon, languages.size());
            for (Program client : clients) {
                client.kill();
            }
            awaitClients(daemon, 0);
            assertEquals(0, bus.clients().toFile().list().length, "files of clients");
        }
    }

    @Test
    void shouldRefuseHostileFilesByTheSameName() throws Exception {
        make(languages.get(0), "bus", 64);
        start(languages.get(0), "publish", "bus", "--count", 100, "--slots", 64).awaitReady().result();
        Path hostile = Files.createDirectory(built.resolve("hostile"));
        HostileFiles files = new HostileFiles(Files.readAllBytes(root.resolve("bus/signals")));
        Map<String, String> expected = files.makeBelow(hostile);
        for (Map.Entry<String, String> file : expected.entrySet()) {
            String path = hostile.resolve(file.getKey()).toString();
            assertEquals(file.getValue(), error(JavaProgram.check(new Arguments("check", "--bus", path).bus())),
                    "java " + file.getKey());
            for (Language language : languages.subList(1, languages.size())) {
                boolean isSound = file.getValue().isEmpty();
                Map<String, Object> result = language.start("check", "--bus", path).result(isSound ? 0 : 1);
                assertEquals(isSound, result.get("ok"), result::toString);
                assertEquals(file.getValue(), error(result), language.name() + " " + file.getKey());
            }
        }
        for (Map.Entry<String, String> file : files.makeTamperedBelow(hostile).entrySet()) {
            for (Language language : languages) {
                Map<String, Object> result = language.start("subscribe", "--bus",
                        hostile.resolve(file.getKey()).toString(), "--count", "1000", "--timeout-ms", "2000").result(1);
                assertEquals(file.getValue(), error(result), language.name() + " " + file.getKey());
            }
        }
        System.out.println("hostile files refused: " + expected.keySet());
    }

    private static String error(Map<String, Object> result) {
        return result.getOrDefault("error", "").toString();
    }

    @Test
    void shouldGiveUpWhenTheDaemonIsHostile() throws Exception {
        BusDirectory bus = BusDirectory.at(root, "living");
        try (TimerDaemon daemon = TimerDaemon.start(bus);
                HostileDaemon hostile = new HostileDaemon(bus, BusDirectory.at(root, "hostile"))) {
            assertTrue(daemon.publisher().epoch() > 0);
            for (HostileDaemon.Answer answer : HostileDaemon.Answer.values()) {
                hostile.answer(answer);
                Map<Language, Program> clients = new LinkedHashMap<>();
                for (Language language : languages.subList(1, languages.size())) {
                    clients.put(language, start(language, "timers", "hostile", "--count", 1, "--timeout-ms", 200));
                }
                for (Map.Entry<Language, Program> client : clients.entrySet()) {
                    String error = error(client.getValue().result(1));
                    assertTrue(MISTRUST.contains(error), client.getKey().name() + " " + answer + " " + error);
                }
            }
        }
    }

    private static void awaitClients(TimerDaemon daemon, int count) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (daemon.counters().value(DaemonCounter.CLIENTS_CONNECTED) != count && System.nanoTime() < giveUpNs) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertEquals(count, daemon.counters().value(DaemonCounter.CLIENTS_CONNECTED), "clients");
    }

    static void print(String title, Map<String, Map<String, String>> rows) {
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append(String.format(Locale.ROOT, "  %-14s", ""));
        rows.values().iterator().next().keySet()
                .forEach(name -> text.append(String.format(Locale.ROOT, " %16s", name)));
        rows.forEach((name, row) -> {
            text.append(String.format(Locale.ROOT, "%n  %-14s", name));
            row.values().forEach(value -> text.append(String.format(Locale.ROOT, " %16s", value)));
        });
        assertTrue(text.length() > 0);
        System.out.println(text);
    }
}
