// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.layout.ControlLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a client says of itself once, when it connects.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param uuid      the connection's UUID, which is also the name of the file of its ring
 * @param historyId history of the bus that it connects to
 * @param epoch     epoch of the daemon that it connects to
 * @param pid       the client's process id as it sees it; diagnostic only
 * @param name      name of the owner of its timers; empty for a client that is its own owner
 * @param slotCount command slots of its ring, a power of two; 0 for a client that sends its commands over the socket
 */
public record ClientIdentity(UUID uuid, long historyId, long epoch, long pid, String name, int slotCount) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /** Checks the values. */
    public ClientIdentity {
        // What is neither letter nor digit must not reach a log.
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a client's name is empty, or 1 to 64 letters, digits, '.', '_' or '-' "
                    + "that start with a letter, a digit or '_': name=" + name);
        }
        if (!isSlotCount(slotCount)) {
            throw new IllegalArgumentException("command slots must be 0 or a power of two from 2 to "
                    + ClientLayout.MAX_SLOT_COUNT + ": slotCount=" + slotCount);
        }
    }

    /** Whether a client may have that many command slots: none, or a power of two. */
    public static boolean isSlotCount(int slots) {
        return slots == 0
                || (Integer.bitCount(slots) == 1 && slots >= 2 && slots <= ClientLayout.MAX_SLOT_COUNT);
    }

    /** Whether its commands come through a ring of its own, and not over the socket. */
    public boolean hasRing() {
        return slotCount > 0;
    }

    static byte[] nameBytes(String name) {
        byte[] bytes = new byte[ControlLayout.NAME_LENGTH];
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, 0, ascii.length);
        return bytes;
    }

    /** The ASCII bytes before the first zero; other bytes become characters that no name has. */
    static String name(ByteBuffer memory, int offset) {
        byte[] bytes = new byte[ControlLayout.NAME_LENGTH];
        memory.get(offset, bytes);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
