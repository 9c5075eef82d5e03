// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * All attacks by processes of the daemon's own user in one run of {@link HostileMain}: a 1 kHz timer of another client
 * loses no firing. Prints the 99th percentile of its lateness in the quiet and in the attacked half of the run.
 *
 * <p>{@code -Dtest.jvm.args=-Dtickbus.hostile.seconds=600} for the long run.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class HostileIT {
    private static final int SECONDS = Integer.getInteger("tickbus.hostile.seconds", 5);
    private static final String MOUNT_AND_RUN = "mount -t tmpfs -o size=24m tmpfs \"$0\" && exec \"$@\"";

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldLoseNoFiringWhenFilesAreAttacked() throws Exception {
        List<String> small = inSmallFileSystem();
        ChildJvm.Builder builder = bus.jvm(HostileMain.class, "small=" + (small.isEmpty() ? 0 : 1),
                "halfMs=" + SECONDS * 500L).under(small);
        ChildJvm child = bus.start(builder);
        String line;
        do {
            line = child.expectWithout("", "WRONG");
        } while (!line.startsWith("P99"));
        System.out.println("HostileIT " + line);
        child.expect("DONE");
        assertEquals(0, child.exitCode(), child::transcript);
    }

    /** Runs in the child's own mount namespace, which disappears with the child. */
    private List<String> inSmallFileSystem() throws InterruptedException {
        for (String flags : List.of("-m", "-rm")) {
            List<String> command = List.of("unshare", flags, "sh", "-c", MOUNT_AND_RUN, bus.root().toString());
            if (canRun(command)) {
                return command;
            }
        }
        System.out.println("HostileIT without holes on a full file system: unshare -m may not mount a tmpfs here");
        return List.of();
    }

    private static boolean canRun(List<String> command) throws InterruptedException {
        try {
            List<String> trial = new ArrayList<>(command);
            trial.addAll(List.of("fallocate", "--version"));
            return new ProcessBuilder(trial).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
