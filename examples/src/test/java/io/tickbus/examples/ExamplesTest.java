// SPDX-License-Identifier: Apache-2.0
package io.tickbus.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples work, and README and guide quote them literally. */
@Timeout(60)
class ExamplesTest {
    private static final Pattern MARKED =
            Pattern.compile("\n *// (?:README|GUIDE): begin\n(.*)\n *// (?:README|GUIDE): end\n", Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile("\n```java\n(.*?\n)```\n", Pattern.DOTALL);

    @TempDir
    private Path root;

    @Test
    void shouldReceiveWhatWasPublished() {
        PublisherExample.run(root);
        List<String> lines = printedBy(() -> SubscriberExample.run(root));
        assertEquals("received 100, lost 0", lines.get(lines.size() - 1));
        assertEquals("key 100 arrived ", lines.get(99).substring(0, 16));
    }

    @Test
    void shouldReceiveTicksOfADaemonInTheSameProcess() {
        List<String> lines = printedBy(() -> EmbeddedDaemonExample.run(root, () -> TimerClientExample.run(root)));
        String text = String.join("\n", lines);
        assertTrue(lines.stream().filter(line -> line.startsWith("key 7 tick ")).count() >= 19, text);
        assertTrue(lines.get(lines.size() - 1).startsWith("fired "), text);
    }

    @Test
    void shouldFireWithoutADaemon() {
        assertEquals(List.of("key 1 is due"), printedBy(EngineExample::run));
    }

    private static List<String> printedBy(Runnable sample) {
        PrintStream standardOutput = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            sample.run();
        } finally {
            System.setOut(standardOutput);
        }
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldBeQuotedInReadme() throws IOException {
        assertQuoted("README.md", "Publisher", "Subscriber", "TimerClient");
    }

    @Test
    void shouldBeQuotedInGuide() throws IOException {
        assertQuoted("docs/GUIDE.md", "EmbeddedDaemon", "Engine");
    }

    private static void assertQuoted(String document, String... names) throws IOException {
        Path project = ProjectFiles.root();
        Path examples = project.resolve("examples/src/main/java/io/tickbus/examples");
        List<String> quoted = QUOTED.matcher(Files.readString(project.resolve(document))).results()
                .map(block -> block.group(1)).toList();
        List<String> expected = new ArrayList<>();
        for (String name : names) {
            expected.add(marked(examples.resolve(name + "Example.java")));
        }
        assertEquals(expected, quoted);
    }

    private static String marked(Path source) throws IOException {
        Matcher marked = MARKED.matcher(Files.readString(source));
        assertEquals(true, marked.find(), "no marked lines in " + source);
        return marked.group(1).stripIndent() + "\n";
    }
}
