package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal whose file system is full, in a mount namespace of the child's own; what happens in it, {@link
 * DiskFullMain} does and checks.
 */
class DiskFullIT {
    private static final String MOUNT_AND_RUN = "mount -t tmpfs -o size=96m tmpfs \"$0\" && exec \"$@\"";

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void refusesDurableTimersOnlyAndRecovers() throws Exception {
        Path journal = Files.createDirectory(folder.resolve("small"));
        List<String> command = new ArrayList<>(inSmallFileSystem(journal));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(arg -> arg.startsWith("--add-") || arg.startsWith("--enable-native")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DiskFullMain.class.getName(),
                folder.resolve("root").toString(), journal.toString()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(said);
        assertEquals(0, child.waitFor(), said);
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
