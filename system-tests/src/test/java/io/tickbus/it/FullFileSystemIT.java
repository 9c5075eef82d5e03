// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A bus that does not fit on its file system, which is a small tmpfs in the child's own mount namespace and disappears
 * with the child. {@link FullFileSystemMain} runs in the child and makes the checks.
 */
@Timeout(180)
class FullFileSystemIT {
    private static final String MOUNT_AND_RUN =
            "mount -t tmpfs -o size=3m,nr_inodes=40 tmpfs \"$0\" && exec \"$@\"";

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldRefuseClearlyAndLeaveNothingBehindWhenFileSystemIsFull() throws Exception {
        assertFullFileSystemIsHandled(System.getProperty("java.class.path"));
    }

    @Test
    void shouldRefuseClearlyAndLeaveNothingBehindWithoutNativeCode() throws Exception {
        assertFullFileSystemIsHandled(ChildJvm.classPathOf("bus-core", "bus-publisher", "bus-daemon", "bus-subscriber",
                "agrona", "system-tests"));
    }

    private void assertFullFileSystemIsHandled(String classPath) throws Exception {
        ChildJvm child = bus.start(bus.jvm(FullFileSystemMain.class).under(inSmallFileSystem(bus.root()))
                .classPath(classPath));
        child.expectWithout("DONE", "WRONG");
        assertEquals(0, child.exitCode(), child::transcript);
        System.out.println(child.transcript());
    }

    private static List<String> inSmallFileSystem(Path mountPoint) throws IOException, InterruptedException {
        for (String flags : List.of("-m", "-rm")) {
            List<String> command =
                    List.of("unshare", flags, "sh", "-c", MOUNT_AND_RUN, mountPoint.toString());
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
            List<String> trial = new java.util.ArrayList<>(command);
            trial.add("true");
            return new ProcessBuilder(trial).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
