// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cluster.ClusterMain;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands, with a member in a process of its own; and the demonstration, which kills one of three. */
@Timeout(180)
class ClusterCommandsIT {
    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    private int run(String... line) {
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        int exitCode = ClusterCommands.group().run(new PrintWriter(output), new PrintWriter(errors), List.of(line));
        out = output.toString();
        err = errors.toString();
        return exitCode;
    }

    private String ok(String members, String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        words.addAll(List.of("--members", members));
        assertEquals(0, run(words.toArray(new String[0])), () -> out + err);
        return out;
    }

    private static int freePorts() throws IOException {
        for (int port = 21_000; port < 60_000; port += MemberOptions.PORTS) {
            List<DatagramSocket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < MemberOptions.PORTS; i++) {
                    sockets.add(new DatagramSocket(port + i));
                }
                return port;
            } catch (IOException e) {
                System.out.println("taken: " + port);
            } finally {
                sockets.forEach(DatagramSocket::close);
            }
        }
        throw new IOException("no free ports");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldArmListExplainAndCancel() throws IOException {
        String members = "localhost:" + freePorts();
        int metricsPort = freePort();
        ChildJvm.Builder jvm = new ChildJvm.Builder(folder, ClusterMain.class, List.of("cluster", "member", "--members",
                members, "--index", "0", "--name", "first", "--folder", folder.resolve("log").toString(), "--dir",
                folder.resolve("buses").toString(), "--with-daemon", "--json", "--metrics", "127.0.0.1:" + metricsPort))
                .accessFlagsOfThisJvm();
        try (ChildJvm member = jvm.start()) {
            member.expect("{\"type\":\"serving\"");
            String armed = ok(members, "arm --key 7 --signal 42 --in 1h --scope once --json");
            assertTrue(armed.contains("\"result\" : \"ARMED\"") && armed.contains("\"host\" : \"first\""), armed);
            ok(members, "arm --key 8 --signal 43 --every 1s --mode not-before --payload abcd");
            assertEquals(1, run("arm", "--key", "9", "--signal", "1", "--every", "1ms", "--scope", "once", "--members",
                    members), "a round of consensus each millisecond");
            assertTrue(out.startsWith("refused: "), out);
            String list = ok(members, "list");
            assertTrue(list.contains("everywhere") && list.contains("once"), list);
            assertTrue(ok(members, "list --all --json").contains("\"count\" : 2"));
            assertTrue(ok(members, "list --client-name other").contains("see everybody's"));
            String explained = ok(members, "explain 7");
            while (explained.contains("no host counts for that time yet")) {
                explained = ok(members, "explain 7");
            }
            assertTrue(explained.contains("first") && explained.contains("fires"), explained);
            assertTrue(ok(members, "members").contains("first"));
            String metrics = new String(URI.create("http://127.0.0.1:" + metricsPort + "/metrics").toURL().openStream()
                    .readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(metrics.contains("tickbus_cluster_serving{host=\"first\"} 1\n"), metrics);
            assertTrue(ok(members, "status").contains("hosts live"));
            assertTrue(ok(members, "cancel 7").contains("certain"));
            assertEquals(1, run("explain", "7", "--members", members));
            assertTrue(out.contains("was cancelled"), out);
            assertEquals(1, run("cancel", "7", "--members", members));
            member.terminate();
            member.expect("{\"type\":\"stopped\"");
        }
    }

    @Test
    void shouldShowWhoFiredWhenOneHostOfThreeIsKilled() {
        List<String> flags = List.of("cluster", "demo", "--occurrences", "4", "--json");
        try (ChildJvm demo = new ChildJvm.Builder(folder, ClusterMain.class, flags).accessFlagsOfThisJvm()
                .timeout(Duration.ofSeconds(150)).start()) {
            String json = demo.rest();
            assertEquals(0, demo.exitCode(), demo::transcript);
            for (int occurrence = 0; occurrence < 4; occurrence++) {
                assertTrue(json.contains("everywhere #" + occurrence) && json.contains("once #" + occurrence), json);
            }
            assertTrue(demo.transcript().contains("with kill -9"), demo::transcript);
        }
    }

    private String bench(String line) {
        List<String> words = new ArrayList<>(List.of("cluster", "bench"));
        words.addAll(Arrays.asList(line.split(" ", -1)));
        try (ChildJvm bench = new ChildJvm.Builder(folder, ClusterMain.class, words).accessFlagsOfThisJvm()
                .timeout(Duration.ofSeconds(150)).start()) {
            String text = bench.rest();
            assertEquals(0, bench.exitCode(), bench::transcript);
            return text;
        }
    }

    @Test
    void shouldMeasureSizeOfState() {
        String json = bench("scale --timers 1000 --hosts 10 --json");
        assertTrue(json.contains("\"type\":\"catchUp\",\"timers\":1000,\"isComplete\":true"), json);
        assertTrue(json.contains("\"type\":\"memory\"") && json.contains("\"type\":\"hiccups\""), json);
    }

    @Tag("soak")
    @Test
    void shouldMeasureArming() {
        String json = bench("arming --rounds 2 --timers 2000 --json");
        assertTrue(json.contains("\"type\":\"batches\",\"armed\":2000,\"refused\":0"), json);
        assertTrue(json.contains("\"of\":\"single\"") && json.contains("\"daemon\":\"without a cluster\""), json);
    }

    @Tag("soak")
    @ParameterizedTest
    @ValueSource(strings = {"", " --delay 5ms"})
    void shouldMeasureLatenessBesideAeron(String network) {
        String json = bench("lateness --rounds 1 --timers 10 --json" + network);
        assertTrue(json.contains("\"missing\":0,\"double\":0,\"unknown\":0"), json);
        assertTrue(json.contains("\"timers\":\"aeron\",\"network\":\"up\",\"host\":\"all\",\"count\":30"), json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "arm --key 1 --signal 2 --members localhost", "cancel --members localhost",
        "arm --key 1 --signal 2 --in 1s --payload abcde --members localhost", "list --members localhost,",
        "arm --key 1 --signal 2 --in 1s --at @5 --members localhost", "status --members a,b", "list --members :1",
        "member --index 0 --members localhost", "bench", "bench nonsense", "bench scale --timers 0",
        "member --index 3 --folder /nowhere --members localhost"})
    void shouldRefuseWrongUsageInASentence(String line) {
        assertEquals(2, run(line.isEmpty() ? new String[0] : line.split(" ", -1)), () -> out + err);
        assertTrue(err.startsWith("tickbus: ") && err.strip().endsWith("--help'"), err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "member", "arm", "cancel", "list", "status", "members", "explain",
        "bench"})
    void shouldExplainEachCommandWithAnExample(String command) {
        assertEquals(0, run(command, "--help"));
        assertTrue(out.contains("Examples:") && out.contains("--json"), out);
    }
}
