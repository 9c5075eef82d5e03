package io.tickbus.client;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.layout.CommandLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * For a client whose commands the daemon cannot read in its memory: sends each over the control socket, as it stands in
 * the ring. What the kernel does not take at once follows with the next.
 */
final class SocketBell implements CommandBell {
    private final SocketChannel channel;
    private final ByteBuffer memory;
    private final int ringOffset;
    private final int ringLength;
    /** Bytes of all commands. */
    private long committed;
    /** Of these, those that are sent. */
    private long sent;
    private long calls;

    SocketBell(SocketChannel channel, ClientFile file) {
        this.channel = channel;
        this.memory = file.region().asByteBuffer();
        this.ringOffset = file.ring().slotOffset(0);
        this.ringLength = file.ring().slotCount() * CommandLayout.LENGTH;
    }

    @Override
    public void afterCommit(long sequence, long deadlineNs) {
        committed = (sequence + 1) * CommandLayout.LENGTH;
        tryAgain();
    }

    @Override
    public void tryAgain() {
        // A fault of mapped words that were read before must not come up inside of the channel.
        FaultBoundary.surface();
        try {
            boolean isTaken = true;
            while (sent < committed && isTaken) {
                int position = (int) (sent % ringLength);
                int length = (int) Math.min(committed - sent, ringLength - position);
                memory.limit(ringOffset + position + length).position(ringOffset + position);
                calls++;
                int count = channel.write(memory);
                sent += Math.max(0, count);
                isTaken = count > 0;
            }
        } catch (IOException e) {
            // The daemon has gone: whoever sends finds out at the next look at the socket.
            return;
        }
    }

    @Override
    public boolean isInDoubt() {
        return sent < committed;
    }

    @Override
    public long rings() {
        return calls;
    }

    @Override
    public boolean lose() {
        return false;
    }
}
