package io.tickbus.subscriber;

import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.memory.SlotRing;

/**
 * A client's own commands, as its ring still holds them: those whose answers are not delivered, since the window lets
 * no slot be written again before that. One thread.
 */
final class SentCommands {
    private static final int TYPE_MASK = 0xFF;

    private final ClientFile file;
    private final SlotRing ring;

    SentCommands(ClientFile file) {
        this.file = file;
        this.ring = file.ring();
    }

    /** {@code CommandLayout.TYPE_...} */
    int type(long sequence) {
        return (int) (word(sequence, CommandLayout.SIGNAL_ID) >>> Integer.SIZE) & TYPE_MASK;
    }

    /** Whether it arms or cancels. */
    boolean isOfKey(long sequence) {
        int type = type(sequence);
        return type == CommandLayout.TYPE_ARM || type == CommandLayout.TYPE_CANCEL;
    }

    long key(long sequence) {
        return word(sequence, CommandLayout.KEY);
    }

    boolean isPeriodic(long sequence) {
        return word(sequence, CommandLayout.PERIOD_NS) != 0;
    }

    private long word(long sequence, int offset) {
        return file.region().getLong(ring.slotOffset(sequence) + offset);
    }
}
