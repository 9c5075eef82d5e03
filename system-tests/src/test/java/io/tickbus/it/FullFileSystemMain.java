// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * Runs where {@code root} is a tmpfs of 1 MiB and 40 files; prints WRONG and ends when a check fails. Deleted files
 * keep their storage while they are mapped, so the free space may grow when the garbage collector runs.
 */
public final class FullFileSystemMain {
    private static final int PAGE = 4096;
    private static final int SMALL = 1024;
    private static final int FILES_OF_A_BUS = 5;
    private static final int SIGNALS = 1000;
    private static final int LARGE = 1 << 16;
    private static final int PAGES_AT_ONCE = 16;

    private final Path mount;
    private final BusDirectory directory;

    private FullFileSystemMain(ChildArguments arguments) {
        mount = arguments.directory().path().getParent();
        directory = BusDirectory.at(mount.resolve("root"), "bus");
    }

    public static void main(String... arguments) {
        ChildArguments.run(() -> new FullFileSystemMain(new ChildArguments(arguments)).run());
    }

    private int run() throws IOException {
        ChildArguments.say(Platforms.reason());
        refuseLarge();
        check(List.of(mount).equals(FileTree.of(mount)), "left behind: " + FileTree.of(mount));
        useSmall(0);
        keepOldWhenReplacementDoesNotFit();
        deleteBusAndRoot();
        check(List.of(mount).equals(FileTree.of(mount)), "left behind: " + FileTree.of(mount));
        refuseAtEveryPage(1, where -> fits(SMALL, where));
        refuseAtEveryFile();
        refuseAtEveryPage(PAGES_AT_ONCE, this::fitsWithDaemon);
        useSmall(0);
        ChildArguments.say("DONE");
        return 0;
    }

    private void deleteBusAndRoot() {
        directory.delete();
        BusFiles.deleteRootIfEmpty(directory);
    }

    private void refuseLarge() {
        check(!fits(LARGE, "large"), "it fits");
    }

    private void keepOldWhenReplacementDoesNotFit() throws IOException {
        List<Path> before = FileTree.of(mount);
        refuseLarge();
        check(before.equals(FileTree.of(mount)), "before=" + before + " after=" + FileTree.of(mount));
        useSmall(SIGNALS);
    }

    private void useSmall(long nextSequence) {
        try (SignalPublisher publisher =
                        SignalPublisher.open(directory, SignalsOptions.defaults().withSlotCount(SMALL));
                SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                        SubscriberOptions.defaults().joinAt(nextSequence))) {
            check(publisher.nextSequence() == nextSequence, "next=" + publisher.nextSequence());
            for (int i = 0; i < SIGNALS; i++) {
                publisher.publish(i);
            }
            check(subscriber.poll(signal -> { }, SIGNALS) == SIGNALS, "not all received");
        }
    }

    /** Tries with 0, 1, 2 … free pages until it fits: the lock, then the doorbell, then the signals lack space. */
    private void refuseAtEveryPage(int step, Predicate<String> fits) throws IOException {
        Path filler = mount.resolve("filler");
        for (int freePages = 0; ; freePages += step) {
            deleteBusAndRoot();
            fill(filler, freePages);
            List<Path> before = FileTree.of(mount);
            if (fits.test("free pages " + freePages)) {
                break;
            }
            check(before.equals(FileTree.of(mount)), "free pages " + freePages + ": " + FileTree.of(mount));
        }
        deleteBusAndRoot();
        Files.delete(filler);
    }

    private static void fill(Path filler, int freePages) throws IOException {
        Files.deleteIfExists(filler);
        long written = 0;
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[PAGE]);
                written += PAGE;
            }
        } catch (IOException e) {
            try (java.nio.channels.FileChannel channel =
                    java.nio.channels.FileChannel.open(filler, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(written - (long) freePages * PAGE);
            }
        }
    }

    /** The same with 0, 1, 2 … files that can still be created. */
    private void refuseAtEveryFile() throws IOException {
        Deque<Path> fillers = new ArrayDeque<>();
        try {
            while (true) {
                fillers.push(Files.createFile(mount.resolve("filler-" + fillers.size())));
            }
        } catch (IOException e) {
            ChildArguments.say("no more files after " + fillers.size() + ": " + e.getMessage());
        }
        for (int free = 0; free < FILES_OF_A_BUS && !fits(SMALL, "free files " + free); free++) {
            check(FileTree.of(mount).size() == fillers.size() + 1, "free files " + free + ": " + FileTree.of(mount));
            Files.delete(fillers.pop());
        }
        deleteBusAndRoot();
        while (!fillers.isEmpty()) {
            Files.delete(fillers.pop());
        }
    }

    private boolean fits(int slotCount, String where) {
        try {
            SignalPublisher.open(directory, SignalsOptions.defaults().withSlotCount(slotCount)).close();
            ChildArguments.say(where + ": fits");
            return true;
        } catch (BusException e) {
            ChildArguments.say(where + ": " + e.reason() + " " + e.getMessage());
            check(e.reason() == Reason.NO_SPACE && e.getCause().getSuppressed().length == 0, where + ": " + e);
            check(isExplained(e.getMessage(), slotCount), e.getMessage());
            return false;
        }
    }

    /** A daemon that fails to start leaves nothing behind either. */
    private boolean fitsWithDaemon(String where) {
        List<Path> before = uncheckedFiles();
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.QUOTA_CLIENTS, 1);
        try {
            TimerDaemon.open(DaemonContext.of(directory).signals(SignalsOptions.defaults().withSlotCount(SMALL))
                    .settings(settings)).close();
            ChildArguments.say("daemon, " + where + ": fits");
            check(before.equals(uncheckedFiles()), "daemon, " + where + ": " + uncheckedFiles());
            return true;
        } catch (BusException e) {
            check(e.reason() == Reason.NO_SPACE && e.getSuppressed().length == 0, "daemon, " + where + ": " + e);
            return false;
        }
    }

    private List<Path> uncheckedFiles() {
        try {
            return FileTree.of(mount);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isExplained(String message, int slotCount) {
        return message.contains(directory.path().toString())
                && message.contains(String.valueOf(SignalsLayout.fileLength(slotCount)));
    }

    private static void check(boolean isRight, String what) {
        if (!isRight) {
            ChildArguments.say("WRONG " + what);
            throw new AssertionError(what);
        }
    }
}
