// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.SignalHistory;
import io.tickbus.journal.JournalStore.Position;
import java.nio.file.Path;

/**
 * The signals of a journal for a subscriber that fell behind: exact, in order, each once. See {@link SignalHistory}.
 *
 * <p>A seek searches block by block for the first signal; reading continues from there.
 */
public final class JournalHistory implements SignalHistory {
    private static final long NOWHERE = Long.MIN_VALUE;

    private final JournalFolder folder;
    private BlockReader blocks;
    private long history;
    private int at = -1;
    /** The sequence at {@link #at}, counting gaps. */
    private long here = NOWHERE;

    private JournalHistory(JournalFolder folder) {
        this.folder = folder;
    }

    /** The history in a journal's folder. */
    public static JournalHistory of(Path folder) {
        return new JournalHistory(new JournalFolder(folder));
    }

    @Override
    public int read(long historyId, long sequence, long[] fields) {
        if (blocks == null || history != historyId || here == NOWHERE || here > sequence) {
            seek(historyId, sequence);
        }
        while (true) {
            if (at < 0 && !nextBlock(sequence)) {
                return NOT_YET;
            }
            Block block = blocks.block();
            while (at >= 0 && at < block.length()) {
                EntryKind kind = block.kind(at);
                if (kind == EntryKind.SIGNAL && block.sequence(at) >= sequence) {
                    here = block.sequence(at);
                    if (here > sequence) {
                        return MISSING;
                    }
                    block.copySignal(at, fields);
                    at = block.next(at);
                    here = sequence + 1;
                    return COPIED;
                }
                at = block.next(at);
            }
            at = -1;
        }
    }

    @Override
    public long nextAfter(long historyId, long missing) {
        // read() has stopped at the first signal that exists.
        return here != NOWHERE && here > missing ? here : Long.MAX_VALUE;
    }

    private boolean nextBlock(long sequence) {
        while (blocks.next()) {
            Block block = blocks.block();
            if (block.historyId() == history && block.nextSequence() > sequence) {
                at = Block.first();
                return true;
            }
        }
        return false;
    }

    /** Moves to the block that contains the sequence, or the first after it. */
    private void seek(long historyId, long sequence) {
        close();
        history = historyId;
        at = -1;
        here = sequence;
        Position start = null;
        // The last file whose first block is not past the sequence.
        try (BlockReader probe = reader().withoutChecks()) {
            for (Position first : folder.files(0).toList()) {
                probe.moveTo(first);
                if (startsBefore(probe, first, historyId, sequence)) {
                    start = first;
                }
            }
        }
        blocks = reader();
        if (start != null) {
            blocks.moveTo(start);
        }
    }

    private BlockReader reader() {
        return new BlockReader(folder, null, (where, bytes, length, why) -> { }, true);
    }

    private static boolean startsBefore(BlockReader probe, Position file, long historyId, long sequence) {
        return probe.next() && probe.position().file().equals(file.file())
                && probe.block().historyId() == historyId && probe.block().firstSequence() <= sequence;
    }

    @Override
    public void close() {
        if (blocks != null) {
            blocks.close();
            blocks = null;
        }
    }
}
