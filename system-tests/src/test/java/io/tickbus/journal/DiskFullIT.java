// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal whose file system is full, in the child's own mount namespace. {@link DiskFullMain} runs in the child and
 * makes the checks.
 */
class DiskFullIT {
    private static final String MOUNT_AND_RUN = "mount -t tmpfs -o size=96m tmpfs \"$0\" && exec \"$@\"";

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void refusesDurableTimersOnlyAndRecovers() throws Exception {
        Path journal = Files.createDirectory(folder.resolve("small"));
        try (ChildJvm child = new ChildJvm.Builder(folder, DiskFullMain.class,
                List.of(folder.resolve("root").toString(), journal.toString())).accessFlagsOfThisJvm()
                .under(inSmallFileSystem(journal))
                .timeout(Duration.ofMinutes(4)).start()) {
            int exitCode = child.exitCode();
            System.out.println(child.transcript());
            assertEquals(0, exitCode);
        }
    }

    private static List<String> inSmallFileSystem(Path mountPoint) throws InterruptedException {
        for (String flags : List.of("-m", "-rm")) {
            List<String> command = List.of("unshare", flags, "sh", "-c", MOUNT_AND_RUN, mountPoint.toString());
            if (canRun(command)) {
                return command;
            }
        }
        String reason = "skipped: neither unshare -m nor unshare -rm may mount a tmpfs here";
        System.out.println(reason);
        assumeTrue(false, reason);
        return List.of();
    }

    private static boolean canRun(List<String> command) throws InterruptedException {
        try {
            List<String> trial = new ArrayList<>(command);
            trial.add("true");
            return new ProcessBuilder(trial).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
