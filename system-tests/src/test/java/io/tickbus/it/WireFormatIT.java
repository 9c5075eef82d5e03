// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static io.tickbus.testkit.ChildJvm.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs in C, written from {@code docs/WIRE_FORMAT.md} alone: one reads what a Java publisher writes; the other arms
 * timers at a Java daemon, and is compiled with the C blocks of that document.
 */
@Timeout(180)
class WireFormatIT {
    private static final Path DOCUMENT = Path.of("..", "docs", "WIRE_FORMAT.md");
    private static final Path GOLDEN_FILES =
            Path.of("..", "bus-core", "src", "test", "resources", "io", "tickbus", "core", "internal", "file");
    private static final Pattern C_BLOCK = Pattern.compile("^```c\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final int SLOTS = 1024;
    private static final int BURST = 100_000;
    private static final int PACED = 300;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private final List<NativeProgram> programs = new ArrayList<>();

    @BeforeEach
    void skip() {
        skipUnless(System.getProperty("os.name").equals("Linux"), "the programs in C are for Linux");
    }

    /** The program of that name, compiled on first use. */
    private Path program(String name) throws IOException, InterruptedException {
        Path program = bus.folder().resolve(name);
        if (Files.exists(program)) {
            return program;
        }
        Path source = bus.folder().resolve(name + ".c");
        try (InputStream in = WireFormatIT.class.getResourceAsStream(name + ".c")) {
            Files.copy(in, source);
        }
        Files.writeString(bus.folder().resolve("tickbus.h"), C_BLOCK.matcher(Files.readString(DOCUMENT)).results()
                .map(block -> block.group(1)).collect(Collectors.joining("\n")));
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o",
                    program.toString(), source.toString()).inheritIO().start();
        } catch (IOException e) {
            skipUnless(false, "there is no C compiler 'cc' (" + e.getMessage() + ")");
            return program;
        }
        assertEquals(0, compiler.waitFor(), "cc failed, see its message above");
        return program;
    }

    private static void skipUnless(boolean condition, String reason) {
        if (!condition) {
            System.out.println("WireFormatIT is skipped: " + reason);
        }
        Assumptions.assumeTrue(condition, reason);
    }

    @AfterEach
    void endPrograms() {
        programs.forEach(NativeProgram::end);
    }

    private NativeProgram reader(String waiting, long until) throws IOException, InterruptedException {
        return start("reader", bus.directory().path(), waiting, Long.toString(until));
    }

    private NativeProgram start(String name, Path folder, String second, String third)
            throws IOException, InterruptedException {
        NativeProgram program =
                NativeProgram.start(List.of(program(name).toString(), folder.toString(), second, third));
        programs.add(program);
        return program;
    }

    @Test
    void shouldArmAndReceiveTimersWhenClientIsInC() throws Exception {
        ChildJvm killed = bus.daemon();
        List<NativeProgram> clients = List.of(start("client", bus.directory().path(), "ring", "2"),
                start("client", bus.directory().path(), "socket", "2"));
        for (NativeProgram client : clients) {
            assertEquals(1, number(client.expect("ROUND 1"), "stale"), client::transcript);
        }
        killed.kill();
        ChildJvm successor = bus.daemon();
        for (NativeProgram client : clients) {
            assertEquals(2, number(client.expect("CONNECTED"), "epoch"), client::transcript);
            String report = client.expect("ROUND 2");
            System.out.println(report);
            assertEquals(2, number(report, "stale"), report);
            client.expect("LEFT");
        }
        assertEquals(0, bus.directory().clients().toFile().list().length, "rings that have a name");
        successor.quit();
    }

    @Test
    void shouldReadGoldenFilesWhenReaderIsInC() throws Exception {
        start("client", GOLDEN_FILES.toAbsolutePath(), "vectors", "1").expect("VECTORS");
    }

    @Test
    void shouldAccountForEverySignalWhenOverrunAndParked() throws Exception {
        ChildJvm publisher = bus.publisher("slots=" + SLOTS);
        NativeProgram parked = reader("park", 2 * BURST + PACED);
        assertTrue(parked.expect("ATTACHED").contains("woken=1"));

        publisher.order("publish " + BURST);
        parked.signal("-STOP");
        publisher.order("publish " + BURST);
        parked.signal("-CONT");
        publisher.order("paced " + PACED + " 1");

        String report = parked.expect("REACHED");
        System.out.println(report);
        assertAllAccountedFor(report, 2 * BURST + PACED);
        assertTrue(number(report, "lost") >= BURST - SLOTS, report);
        assertTrue(number(report, "overruns") > 0, report);
        assertTrue(number(report, "received") >= PACED, report);
        assertTrue(number(report, "woken") > 0, report);
        publisher.quit();
    }

    @Test
    void shouldLoseNothingWhenReaderKeepsUp() throws Exception {
        ChildJvm publisher = bus.publisher("slots=" + SLOTS);
        NativeProgram predictive = reader("predictive", PACED);
        NativeProgram spinning = reader("spin", PACED);
        predictive.expect("ATTACHED");
        spinning.expect("ATTACHED");

        publisher.order("predicted " + PACED + " 2");

        for (NativeProgram reader : List.of(predictive, spinning)) {
            String report = reader.expect("REACHED");
            System.out.println(report);
            assertAllAccountedFor(report, PACED);
            assertEquals(0, number(report, "lost"), report);
        }
        publisher.quit();
    }

    @Test
    void shouldKeepReadingWhenPublisherDiesAndFileIsReplaced() throws Exception {
        ChildJvm killed = bus.publisher("slots=" + SLOTS);
        NativeProgram reader = reader("park", 3 * PACED);
        reader.expect("ATTACHED");
        killed.order("publish " + PACED);
        killed.order("inside");
        killed.kill();
        reader.expect("STATUS dead");

        ChildJvm successor = bus.publisher("slots=" + SLOTS);
        reader.expect("EPOCH 2");
        successor.order("publish " + PACED);
        successor.kill();

        ChildJvm replacing = bus.publisher("slots=" + 2 * SLOTS);
        replacing.order("publish " + PACED);
        String report = reader.expect("REACHED");
        System.out.println(report);
        assertAllAccountedFor(report, 3 * PACED);
        assertEquals(0, number(report, "lost"), report);
        assertEquals(2, number(report, "files"), report);
        replacing.quit();
    }

    @Test
    void shouldRefuseByNameWhenHeaderIsWrong() throws Exception {
        ChildJvm publisher = bus.publisher("slots=" + SLOTS);
        publisher.order("publish 1");
        assertEquals("REACHED", reader("spin", 1).expect("REACHED").split(" ", 2)[0]);
        assertRefused("magic", FileHeaderLayout.MAGIC);
        assertRefused("layoutVersion", FileHeaderLayout.LAYOUT_VERSION);
        assertRefused("byteOrder", FileHeaderLayout.BYTE_ORDER);
        assertRefused("recordBytes", FileHeaderLayout.RECORD_BYTES);
        assertRefused("slotCount", FileHeaderLayout.SLOT_COUNT);
        assertRefused("fileLength", FileHeaderLayout.FILE_LENGTH);
        assertRefused("clockId", SignalsLayout.CLOCK_ID);
        assertRefused("bootId", SignalsLayout.BOOT_ID);
        publisher.quit();
    }

    /** Changes one byte, checks that the file is refused, and changes it back. */
    private void assertRefused(String name, int offset) throws IOException, InterruptedException {
        flip(offset);
        NativeProgram reader = reader("spin", 1);
        assertTrue(reader.expect("REFUSED").startsWith("REFUSED " + name + "="), reader::transcript);
        flip(offset);
    }

    private void flip(int offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(bus.directory().signals().toFile(), "rw")) {
            file.seek(offset);
            int value = file.read();
            file.seek(offset);
            file.write(value ^ 0x41);
        }
    }

    private static void assertAllAccountedFor(String report, long published) {
        assertEquals(0, number(report, "first"), report);
        assertEquals(published, number(report, "next"), report);
        assertEquals(published, number(report, "received") + number(report, "lost"), report);
    }

    /** A program's process, which is killed after a timeout, so that reading its lines always ends. */
    private static final class NativeProgram {
        private static final int TIMEOUT_S = 120;

        private final Process process;
        private final BufferedReader lines;
        private final List<String> transcript = new ArrayList<>();

        private NativeProgram(Process process) {
            this.process = process;
            this.lines = process.inputReader();
        }

        static NativeProgram start(List<String> command) throws IOException {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            CompletableFuture.delayedExecutor(TIMEOUT_S, TimeUnit.SECONDS)
                    .execute(process::destroyForcibly);
            return new NativeProgram(process);
        }

        /** Skips lines until one begins with {@code start}. */
        String expect(String start) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                transcript.add(line);
                if (line.startsWith(start)) {
                    return line;
                }
            }
            throw new AssertionError("expected '" + start + "' and got\n" + transcript());
        }

        String transcript() {
            return String.join("\n", transcript);
        }

        void signal(String signal) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", signal, String.valueOf(process.pid())).inheritIO().start();
            assertEquals(0, kill.waitFor());
        }

        void end() {
            process.destroyForcibly();
        }
    }
}
