package io.tickbus.it;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.layout.DoorbellLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Another user who tries what he can: {@code do=attempts} says of each writing access whether it is ALLOWED or DENIED,
 * {@code do=vandalism} fills and shortens the doorbell for {@code seconds}.
 */
public final class IntruderMain {
    private static final byte ALL_ONES = (byte) 0xFF;

    private final BusDirectory directory;

    private IntruderMain(BusDirectory directory) {
        this.directory = directory;
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> {
            ChildArguments values = new ChildArguments(arguments);
            IntruderMain intruder = new IntruderMain(values.directory());
            if (values.text("do", "").equals("vandalism")) {
                intruder.vandalize(values.number("seconds", 1), values.number("seed", 0));
            } else {
                intruder.attempt();
            }
            ChildArguments.say("DONE");
            return 0;
        });
    }

    private void attempt() throws IOException {
        for (Path file : new Path[] {directory.signals(), directory.lock(), directory.doorbell()}) {
            attempt("write " + file.getFileName(), () -> FileChannel.open(file, StandardOpenOption.WRITE).close());
        }
        attempt("create", () -> Files.createFile(directory.path().resolve("intruder")));
        attempt("delete", () -> Files.delete(directory.doorbell()));
        attempt("rename", () -> Files.move(directory.signals(), directory.path().resolve("other")));
        attempt("chmod", () -> Files.setPosixFilePermissions(directory.doorbell(), java.util.Set.of()));
        attempt("list root", () -> Files.list(directory.path().getParent()).close());
    }

    private static void attempt(String what, Attempt attempt) throws IOException {
        try {
            attempt.run();
            ChildArguments.say("ALLOWED " + what);
        } catch (AccessDeniedException e) {
            ChildArguments.say("DENIED " + what);
        } catch (java.nio.file.FileSystemException e) {
            ChildArguments.say((String.valueOf(e.getReason()).contains("not permitted") ? "DENIED " : "FAILED ") + what
                    + " " + e);
        }
    }

    /** One thing that may be denied. */
    private interface Attempt {
        void run() throws IOException;
    }

    private void vandalize(int seconds, int seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[DoorbellLayout.LENGTH];
        long rounds = 0;
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try (FileChannel channel = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
            while (System.nanoTime() < untilNs) {
                switch (random.nextInt(4)) {
                    case 0 -> channel.truncate(0);
                    case 1 -> channel.truncate(random.nextInt(DoorbellLayout.LENGTH));
                    case 2 -> Arrays.fill(bytes, ALL_ONES);
                    default -> random.nextBytes(bytes);
                }
                if (random.nextInt(3) > 0) {
                    channel.write(ByteBuffer.wrap(bytes), 0);
                }
                rounds++;
            }
            channel.truncate(0);
        }
        ChildArguments.say("VANDALIZED rounds=" + rounds);
    }
}
