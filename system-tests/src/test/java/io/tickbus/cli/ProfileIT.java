// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tickbus profile} of a daemon in another JVM. */
final class ProfileIT {
    @TempDir
    private Path folder;

    @Test
    void shouldWriteAFlameGraphOfADaemon() throws IOException {
        try (ChildJvm daemon = Cli.start(folder, "daemon", "--bus", "one", "--dir", folder, "--mode", "park", "--every",
                "1ms:42", "--late-threshold", "1us")) {
            daemon.expect("ready");
            for (String event : new String[] {"cpu", "wall"}) {
                Path page = folder.resolve(event + ".html");
                try (ChildJvm profile = Cli.start(folder, "profile", "--bus", "one", "--dir", folder, "--seconds",
                        "0.5", "--event", event, "-o", page)) {
                    String text = profile.rest();
                    assertEquals(Tickbus.DONE, profile.exitCode(), profile::transcript);
                    assertTrue(text.contains(page.toString()), text);
                }
                String html = Files.readString(page, StandardCharsets.UTF_8);
                assertTrue(html.contains("tickbus pid=" + daemon.pid() + " " + event), html.substring(0, 2000));
                // The timer thread, in whose name the first letter may be left out.
                assertTrue(event.equals("cpu") || html.contains("ain tid="), "no tower of the timer thread");
                assertTrue(html.contains("late firings,") && html.contains("<td"), "no list of late firings");
            }
        }
    }
}
