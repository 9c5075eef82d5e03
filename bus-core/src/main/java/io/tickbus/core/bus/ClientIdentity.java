package io.tickbus.core.bus;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.layout.ClientLayout;
import io.tickbus.core.memory.SharedRegion;
import io.tickbus.core.platform.ProcessIdentity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a client says of itself once, when it connects. The daemon keeps the values that it has checked and never reads
 * them again, since the client could change them at any time.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param uuid                the connection's UUID, which is also the file's name
 * @param historyId           history of the bus that it connects to
 * @param epoch               epoch of the daemon that it connects to
 * @param process             the client's process, for people
 * @param name                name of the owner of its timers; empty for a client that is its own owner
 * @param slotCount           command slots, a power of two
 * @param heartbeatIntervalNs how often it promises a sign of life, in nanoseconds
 */
public record ClientIdentity(UUID uuid, long historyId, long epoch, ProcessIdentity process, String name,
        int slotCount, long heartbeatIntervalNs) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /** Checks the values. */
    public ClientIdentity {
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a client's name is empty, or 1 to 64 letters, digits, '.', '_' or '-' "
                    + "that start with a letter, a digit or '_': name=" + name);
        }
        if (Integer.bitCount(slotCount) != 1 || slotCount < 2 || slotCount > ClientLayout.MAX_SLOT_COUNT) {
            throw new IllegalArgumentException("command slots must be a power of two from 2 to "
                    + ClientLayout.MAX_SLOT_COUNT + ": slotCount=" + slotCount);
        }
        if (heartbeatIntervalNs <= 0) {
            throw new IllegalArgumentException(
                    "heartbeat interval must be above 0: heartbeatIntervalNs=" + heartbeatIntervalNs);
        }
    }

    void writeTo(SharedRegion region) {
        region.putLong(ClientLayout.UUID, uuid.getMostSignificantBits());
        region.putLong(ClientLayout.UUID + Long.BYTES, uuid.getLeastSignificantBits());
        region.putLong(ClientLayout.HISTORY_ID, historyId);
        region.putLong(ClientLayout.EPOCH, epoch);
        region.putLong(ClientLayout.PID, process.pid());
        region.putLong(ClientLayout.START_TICKS, process.startTicks());
        region.putLong(ClientLayout.PID_NAMESPACE, process.pidNamespace());
        region.putLong(ClientLayout.HEARTBEAT_INTERVAL_NS, heartbeatIntervalNs);
        byte[] bytes = new byte[ClientLayout.NAME_LENGTH];
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, 0, ascii.length);
        region.asByteBuffer().put(ClientLayout.NAME, bytes);
    }

    /** Reads what stands in a header and refuses what no client writes. */
    static ClientIdentity read(Path path, ByteBuffer header, int slotCount) {
        UUID uuid = new UUID(header.getLong(ClientLayout.UUID), header.getLong(ClientLayout.UUID + Long.BYTES));
        if (!uuid.toString().equals(path.getFileName().toString())) {
            throw FileKind.CLIENT.wrong(Reason.CORRUPT, path, "its name is not its uuid: uuid=" + uuid);
        }
        ProcessIdentity process = new ProcessIdentity(header.getLong(ClientLayout.PID),
                header.getLong(ClientLayout.START_TICKS), header.getLong(ClientLayout.PID_NAMESPACE));
        try {
            return new ClientIdentity(uuid, header.getLong(ClientLayout.HISTORY_ID),
                    header.getLong(ClientLayout.EPOCH), process, name(path, header), slotCount,
                    header.getLong(ClientLayout.HEARTBEAT_INTERVAL_NS));
        } catch (IllegalArgumentException e) {
            throw FileKind.CLIENT.wrong(Reason.CORRUPT, path, e.getMessage());
        }
    }

    private static String name(Path path, ByteBuffer header) {
        byte[] bytes = new byte[ClientLayout.NAME_LENGTH];
        header.get(ClientLayout.NAME, bytes);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] < 0 || (i > length && bytes[i] != 0)) {
                throw FileKind.CLIENT.wrong(Reason.CORRUPT, path,
                        "its name is not ASCII padded with zeros: byte=" + bytes[i] + " at=" + i);
            }
        }
        // What is neither letter nor digit must not reach a log.
        String name = new String(bytes, 0, length, StandardCharsets.US_ASCII);
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw FileKind.CLIENT.wrong(Reason.CORRUPT, path, "its name holds other characters than letters, digits, "
                    + "'.', '_' and '-', or does not start with a letter, a digit or '_'");
        }
        return name;
    }
}
