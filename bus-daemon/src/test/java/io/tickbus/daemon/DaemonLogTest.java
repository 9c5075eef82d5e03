// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class DaemonLogTest {
    private static final String TIME = "1970-01-02T03:04:05.006Z ";
    private static final long TIME_MS = ((27 * 60 + 4) * 60 + 5) * 1000L + 6;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long nowNs;
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private LogFormat format = LogFormat.TEXT;
    private final DaemonLog log =
            DaemonLog.to(line -> stream.print(line.format(format, "md")), () -> nowNs, () -> TIME_MS);

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldWriteTimeLevelEventAndPairs() {
        log.info("client-connected", "owner", 3, "uuid", "a-b", "share", 0.5, "group", null);
        log.warn("nothing");
        log.error("failed", "error", new IllegalStateException("no room"));
        assertEquals(List.of(TIME + "INFO client-connected owner=3 uuid=a-b share=0.5 group=null",
                TIME + "WARNING nothing",
                TIME + "ERROR failed error=\"java.lang.IllegalStateException: no room\""), lines());
    }

    @Test
    void shouldSayInWordsWhatTheEnvironmentDoes() {
        log.error("failed", "error", new BusException(BusException.Reason.NO_SPACE, "a", "b", "c"));
        log.error("failed", "error", new NoSuchFileException("/x"));
        assertEquals(List.of(TIME + "ERROR failed error=\"a: b; c\"",
                TIME + "ERROR failed error=\"there is no such file\""), lines());
    }

    @Test
    void shouldQuoteSoThatNobodyCanForgeALine() {
        log.info("e", "name", "a b", "empty", "", "equal", "x=1", "quote", "say \"x\\\"", "line", "1\n2\r3\u001b[0m",
                "odd", "\u2028\u202e\u0085", "umlaut", "für");
        assertEquals(List.of(TIME + "INFO e name=\"a b\" empty=\"\" equal=\"x=1\" quote=\"say \\\"x\\\\\\\"\""
                + " line=\"1\\u000a2\\u000d3\\u001b[0m\" odd=\"\\u2028\\u202e\\u0085\" umlaut=\"für\""), lines());
        log.info("{0}", "key", "{0} %s");
        assertTrue(lines().get(1).endsWith(" {0} key=\"{0} %s\""), lines().get(1));
    }

    @Test
    void shouldWriteOneJsonObjectALine() {
        format = LogFormat.JSON;
        log.info("client-connected", "owner", 3, "share", 0.5, "isNamed", true, "name", "a \"b\"\\\n\u2028f\u00fcr",
                "group", null, "rate", Double.NaN, "error", new NoSuchFileException("/x"));
        log.warn("nothing");
        String begin = "{\"time\":\"" + TIME.strip() + "\",\"level\":\"";
        String end = "\",\"bus\":\"md\",\"thread\":\"" + Thread.currentThread().getName() + "\",\"message\":\"";
        assertEquals(List.of(begin + "INFO" + end + "client-connected\",\"fields\":{\"owner\":3,\"share\":0.5,"
                + "\"isNamed\":true,\"name\":\"a \\\"b\\\"\\\\\\u000a\\u2028f\\u00fcr\",\"group\":\"null\","
                + "\"rate\":\"NaN\",\"error\":\"there is no such file\"}}",
                begin + "WARNING" + end + "nothing\",\"fields\":{}}"), lines());
    }

    @Test
    void shouldChangeTheFormatOfAStream() {
        try (DaemonLog toStream = DaemonLog.toStream(stream)) {
            toStream.info("text");
            awaitLines(1);
            toStream.format(LogFormat.JSON, null);
            toStream.info("json");
            awaitLines(2);
        }
        assertTrue(lines().get(0).endsWith(" INFO text"), lines().get(0));
        assertTrue(lines().get(1).matches("\\{\"time\":\"[^\"]+\",\"level\":\"INFO\",\"thread\":\"[^\"]+\",\"message\":"
                + "\"json\",\"fields\":\\{\\}\\}"), lines().get(1));
    }

    @Test
    void shouldLeaveOutWhatIsLessSevere() {
        log.debug("hidden");
        log.level(Level.DEBUG);
        log.debug("seen");
        log.level(Level.ERROR);
        log.warn("hidden");
        log.error("seen");
        log.level(Level.OFF);
        log.error("hidden");
        assertEquals(List.of(TIME + "DEBUG seen", TIME + "ERROR seen"), lines());
        assertEquals(Level.OFF, log.level());
    }

    @Test
    void shouldNotLetOneEventFillTheDisk() {
        for (int i = 0; i < 1000; i++) {
            log.warn("client-refused", "i", i);
        }
        log.warn("other");
        assertEquals(DaemonLog.MAX_PER_SECOND + 1, lines().size());
        nowNs = 999_999_999;
        log.warn("client-refused");
        assertEquals(DaemonLog.MAX_PER_SECOND + 1, lines().size());
        nowNs = 1_000_000_000;
        log.warn("client-refused", "i", 1001);
        log.warn("client-refused");
        assertEquals(List.of(TIME + "WARNING client-refused i=1001 suppressed=981",
                TIME + "WARNING client-refused"), lines().subList(DaemonLog.MAX_PER_SECOND + 1, lines().size()));
    }

    @Test
    void shouldGoToTheLoggerOfThisJvm() {
        try (DaemonLog standard = DaemonLog.standard()) {
            assertEquals(Level.INFO, standard.level());
        }
        try (DaemonLog standard = DaemonLog.standard()) {
            standard.debug("nobody-sees-this");
        }
        try (DaemonLog toStream = DaemonLog.toStream(stream)) {
            toStream.info("started", "pid", 1);
        }
        awaitLines(1);
        assertTrue(lines().get(0).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO started pid=1"),
                lines().get(0));
    }

    /** Closing waits for a second, and on a busy host that is not enough. */
    private void awaitLines(int count) {
        while (lines().size() < count) {
            assertFalse(Thread.interrupted(), () -> "only " + lines().size() + " lines");
        }
    }

    @Test
    void shouldNotWaitForAReaderAndCountWhatIsLost() {
        Semaphore reader = new Semaphore(0);
        PrintStream stalled = new PrintStream(bytes, true, StandardCharsets.UTF_8) {
            @Override
            public void print(String line) {
                reader.acquireUninterruptibly();
                super.print(line);
            }
        };
        int extra = 10;
        int printed;
        try (DaemonLog toStream = DaemonLog.toStream(stalled)) {
            toStream.info("first");
            while (!reader.hasQueuedThreads()) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < AsyncLines.CAPACITY + extra; i++) {
                toStream.info("line" + i);
            }
            printed = bytes.size();
            reader.release(Integer.MAX_VALUE);
        }
        awaitLines(AsyncLines.CAPACITY + 2);
        assertEquals(0, printed);
        assertEquals(List.of("INFO first", "WARNING log-lines-lost count=" + extra, "INFO line0"),
                lines().subList(0, 3).stream().map(line -> line.substring(line.indexOf(' ') + 1)).toList());
        assertEquals(AsyncLines.CAPACITY + 2, lines().size());
    }

    @Test
    void shouldNotWaitForAHandlerThatHangs() throws InterruptedException {
        Semaphore handler = new Semaphore(0);
        CountDownLatch isDone = new CountDownLatch(2);
        AsyncLines queue = new AsyncLines(line -> {
            handler.acquireUninterruptibly();
            stream.print(line.format(LogFormat.TEXT, null));
            isDone.countDown();
        });
        queue.add(LogLine.of(TIME_MS, Level.INFO, "one"));
        queue.add(LogLine.of(TIME_MS, Level.WARNING, "two"));
        assertEquals(0, bytes.size());
        handler.release(Integer.MAX_VALUE);
        isDone.await();
        queue.close();
        assertEquals(List.of(TIME + "INFO one", TIME + "WARNING two"), lines());
    }
}
