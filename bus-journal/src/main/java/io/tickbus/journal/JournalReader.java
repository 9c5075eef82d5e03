// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalRecord;
import io.tickbus.journal.JournalStore.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the signals of a journal in order, while a daemon may be writing it. For audit and replay.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> reads files; never waits for the writer. <b>Loss:</b> never silent: gaps and
 * unreadable pieces are reported as such, and {@link #complaints} says what else is missing. <b>Errors:</b> {@link
 * BusException} NOT_FOUND if there is no journal.
 */
public final class JournalReader implements AutoCloseable {
    private final BlockReader blocks;
    private final SignalRecord signal = new SignalRecord();
    private final List<String> complaints = new ArrayList<>();
    private long unreadable;

    /** Receives the contents of a journal. */
    public interface Visitor {
        /**
         * A signal.
         *
         * @param signal        reused for the next signal
         * @param historyId     the bus's history, within which sequences count
         * @param clockOffsetNs how far CLOCK_REALTIME was ahead of CLOCK_MONOTONIC then
         */
        void signal(SignalRecord signal, long historyId, long clockOffsetNs);

        /** Signals that were overwritten before they were journalled. */
        default void gap(long firstSequence, long count) {
            // Optional.
        }

        /** An entry about a durable timer, or one of the journal itself. */
        default void entry(String kind, int owner) {
            // Optional.
        }
    }

    private JournalReader(JournalFolder folder, boolean live) {
        blocks = new BlockReader(folder, null, (where, bytes, length, why) -> {
            unreadable++;
            complaints.add(folder.file(where) + " at " + where.offset() + ": " + why);
        }, live);
        Position snapshot = folder.snapshot();
        if (snapshot != null && !Files.exists(folder.file(snapshot))) {
            complaints.add(folder.file(snapshot) + ", where the last snapshot begins, is missing");
        }
        folder.unknownFolders().forEach(
                name -> complaints.add(folder.path().resolve(name) + " is not a segment of a journal"));
        if (!live) {
            folder.emptySegments().forEach(number -> complaints.add(folder.segment(number) + " holds no file"));
        }
    }

    /** Opens a journal at its oldest block. */
    public static JournalReader open(Path path) {
        JournalFolder folder = new JournalFolder(path);
        if (!folder.isJournal()) {
            throw new BusException(Reason.NOT_FOUND, path.toString(), "there is no journal",
                    "start the daemon with --journal, or name the folder with --journal DIR");
        }
        return new JournalReader(folder, folder.isLocked());
    }

    /** Passes the next block's contents to the visitor; returns false if there is no block yet. */
    public boolean next(Visitor visitor) {
        if (!blocks.next()) {
            return false;
        }
        Block block = blocks.block();
        for (int at = Block.first(); at >= 0 && at < block.length(); at = block.next(at)) {
            EntryKind kind = block.kind(at);
            switch (kind) {
                case SIGNAL -> {
                    block.copySignal(at, signal.fields());
                    visitor.signal(signal.sequence(block.sequence(at)), block.historyId(), block.clock().calendarNs());
                }
                case GAP -> visitor.gap(block.sequence(at), block.missing(at));
                default -> visitor.entry(kind.name(), block.owner(at));
            }
        }
        return true;
    }

    /** The length of the current block in bytes. */
    public int blockLength() {
        return blocks.block().length();
    }

    /** What is unreadable or missing, one sentence each; each block may add more. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** The number of unreadable pieces. */
    public long unreadable() {
        return unreadable;
    }

    @Override
    public void close() {
        blocks.close();
    }
}
