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
 * Reads the signals of a journal in their order, while a daemon may be writing it. For audit and replay.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> reads files; never waits for the writer. <b>Loss:</b> never silent: gaps
 * and unreadable pieces are handed over as such, and {@link #complaints} says what else is missing. <b>Errors:</b>
 * {@link BusException} NOT_FOUND where there is no journal.
 */
public final class JournalReader implements AutoCloseable {
    private final BlockReader blocks;
    private final SignalRecord signal = new SignalRecord();
    private final List<String> complaints = new ArrayList<>();
    private long unreadable;

    /** Takes what a journal holds. */
    public interface Visitor {
        /**
         * A signal.
         *
         * @param signal        used again for the next
         * @param historyId     the bus's history, within which sequences count
         * @param clockOffsetNs by how much CLOCK_REALTIME was ahead of CLOCK_MONOTONIC then
         */
        void signal(SignalRecord signal, long historyId, long clockOffsetNs);

        /** Signals that were overwritten before the journal had them. */
        default void gap(long firstSequence, long count) {
            // Who does not care need not.
        }

        /** An entry about a durable timer, or of the journal's own. */
        default void entry(String kind, int owner) {
            // Who does not care need not.
        }
    }

    private JournalReader(JournalFolder folder, boolean isLive) {
        blocks = new BlockReader(folder, null, (where, bytes, length, why) -> {
            unreadable++;
            complaints.add(folder.file(where) + " at " + where.offset() + ": " + why);
        }, isLive);
        Position snapshot = folder.snapshot();
        if (snapshot != null && !Files.exists(folder.file(snapshot))) {
            complaints.add(folder.file(snapshot) + ", where the last snapshot begins, is missing");
        }
        folder.strangers().forEach(name -> complaints.add(folder.path().resolve(name) + " is no segment of a journal"));
        if (!isLive) {
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
        return new JournalReader(folder, folder.isWritten());
    }

    /** Hands over the next block's contents; false where there is none so far. */
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

    /** Bytes of the latest block. */
    public int blockLength() {
        return blocks.block().length();
    }

    /** What is unreadable or missing, a sentence each; more may come with each block. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Pieces that could not be read. */
    public long unreadable() {
        return unreadable;
    }

    @Override
    public void close() {
        blocks.close();
    }
}
