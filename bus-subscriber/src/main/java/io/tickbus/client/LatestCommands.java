// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;

/**
 * The generation of the latest ARM or CANCEL of each key, for {@link TimerClient#isCurrent}. A hash of the key leads to
 * a row of eight; in a row that is full the command that was sent longest ago is forgotten. Nothing grows or moves, and
 * what is forgotten is older than any firing that is still to be read where there is room for enough keys. One thread.
 */
final class LatestCommands {
    private static final int ROW = 8;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final int FREE = 0;

    private final long[] keys;
    private final int[] generations;
    private final int shift;

    /** For about this many keys, at least 1: rows are then a quarter full, so that hardly any overflows. */
    LatestCommands(int trackedKeys) {
        int rowBits = Integer.SIZE - Integer.numberOfLeadingZeros((trackedKeys - 1) * 4 / ROW);
        keys = new long[ROW << rowBits];
        generations = new int[ROW << rowBits];
        shift = Long.SIZE - 1 - rowBits;
    }

    /** A command with its generation is sent. */
    void sent(TimerCommand command) {
        boolean isOfKey = command.type() == CommandLayout.TYPE_ARM || command.type() == CommandLayout.TYPE_CANCEL;
        // Others' keys, and those of a cluster, are not this client's.
        if (isOfKey && (command.flags() & (CommandLayout.FLAG_ALL_OWNERS | TimerScope.FLAGS)) == 0) {
            put(command.key(), command.generation());
        }
    }

    /** A command of that generation arms or cancels the client's own timer of that key. */
    void put(long key, int generation) {
        int row = row(key);
        int place = row;
        long longestAgo = -1;
        for (int i = row; i < row + ROW; i++) {
            if (generations[i] != FREE && keys[i] == key) {
                place = i;
                break;
            }
            long ago = generations[i] == FREE ? Long.MAX_VALUE : Integer.toUnsignedLong(generation - generations[i]);
            if (ago > longestAgo) {
                longestAgo = ago;
                place = i;
            }
        }
        keys[place] = key;
        generations[place] = generation;
    }

    /** Whether a firing of that generation belongs to the latest command of the key, or nothing is known of the key. */
    boolean isLatest(long key, int generation) {
        int row = row(key);
        for (int i = row; i < row + ROW; i++) {
            if (generations[i] != FREE && keys[i] == key) {
                return generations[i] == generation;
            }
        }
        return true;
    }

    private int row(long key) {
        // In two steps, as a shift by 64 bits is none.
        return (int) ((key * GOLDEN) >>> 1 >>> shift) * ROW;
    }
}
