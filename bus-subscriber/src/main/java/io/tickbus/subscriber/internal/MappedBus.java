// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber.internal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.subscriber.PublisherStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads the files of one bus again and again without joining it. It maps them read-only and follows them: they may be
 * missing, come later, be replaced by those of another daemon, or be cut short. One thread.
 */
public final class MappedBus {
    private final BusDirectory directory;
    private final PublisherLiveness liveness;
    private final Mapping<SignalsFile> signals;
    private final Mapping<CountersFile> counters;
    private final Mapping<RepliesFile> replies;
    /** Why one of the daemon's files cannot be read. */
    private BusException problem;

    /**
     * What there is at one moment.
     *
     * @param counters null where the publisher is no daemon, or they cannot be read
     * @param replies  the same
     * @param problem  why one of these two cannot be read; null where they can, or are missing
     */
    public record View(SignalsFile signals, PublisherStatus status, long readNs, CountersFile counters,
            RepliesFile replies, BusException problem) {
    }

    /** Nothing is opened before the first reading. */
    public MappedBus(BusDirectory directory) {
        this.directory = directory;
        liveness = new PublisherLiveness(directory);
        signals = new Mapping<>(directory.signals(), () -> SignalsFile.attach(directory), SignalsFile::checkSound);
        counters = new Mapping<>(directory.counters(), () -> CountersFile.attach(directory), CountersFile::checkSound);
        replies = new Mapping<>(directory.replies(), () -> RepliesFile.attach(directory), RepliesFile::checkSound);
    }

    /**
     * Has the files read as they are now.
     *
     * @throws BusException why the signals cannot be read; NOT_FOUND where there is no such bus
     */
    public <T> T read(Function<View, T> reader) {
        return FaultBoundary.call(() -> reader.apply(present()), this::explain);
    }

    /** Channels are used first, and mapped memory is read after that. */
    private View present() {
        problem = null;
        SignalsFile signalsFile = signals.current();
        CountersFile countersFile = ofDaemon(counters);
        RepliesFile repliesFile = ofDaemon(replies);
        long nowNs = System.nanoTime();
        PublisherStatus status = liveness.status(signalsFile, nowNs);
        SignalsHeader header = signalsFile.header();
        // Otherwise they are those of a former daemon, or of one that is just starting.
        boolean isOfBus = countersFile != null && countersFile.belongsTo(header);
        boolean isServing = isOfBus && repliesFile != null && repliesFile.epoch() == header.epoch()
                && repliesFile.historyId() == header.historyId();
        return new View(signalsFile, status, nowNs, isOfBus ? countersFile : null, isServing ? repliesFile : null,
                problem);
    }

    private <T> T ofDaemon(Mapping<T> file) {
        try {
            return file.current();
        } catch (BusException e) {
            boolean isFirst = problem == null && e.reason() != Reason.NOT_FOUND;
            problem = isFirst ? e : problem;
            return null;
        }
    }

    /** After a fault: throws a sentence, if possible that of the file which explains it. */
    private void explain() {
        List.of(signals, counters, replies).forEach(Mapping::dropAndCheck);
        throw new BusException(Reason.UNREADABLE, directory.path().toString(),
                "an access to a mapped file failed, and all are sound by now", "nothing need be done");
    }

    /**
     * The file that a name refers to now, mapped once: a mapping lasts until the garbage collector runs, so one for
     * each reading would pile up.
     */
    private static final class Mapping<T> {
        private final Path path;
        private final Supplier<T> attach;
        private final Consumer<T> check;
        private Object key;
        private T file;

        Mapping(Path path, Supplier<T> attach, Consumer<T> check) {
            this.path = path;
            this.attach = attach;
            this.check = check;
        }

        /** The file as it is mapped, mapped again if another has its name by now, or it has another length. */
        T current() {
            // Before it is opened: if yet another takes the name in between, the next call notices.
            Object present = key();
            if (file == null || !present.equals(key)) {
                file = null;
                file = attach.get();
                key = present;
            }
            return file;
        }

        private Object key() {
            try {
                BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class,
                        LinkOption.NOFOLLOW_LINKS);
                return List.of(String.valueOf(found.fileKey()), found.size());
            } catch (NoSuchFileException e) {
                // Not the key of any file: attaching says what is missing.
                return path;
            } catch (IOException e) {
                throw BusException.system(path, e, "check the permissions of its directory");
            }
        }

        void dropAndCheck() {
            T dropped = file;
            file = null;
            if (dropped != null) {
                check.accept(dropped);
            }
        }
    }
}
