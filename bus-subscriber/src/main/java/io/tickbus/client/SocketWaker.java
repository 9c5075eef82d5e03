// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.layout.CommandLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * For a client whose memory the daemon cannot read: sends each command over the control socket, as it is stored in the
 * ring. What the kernel does not accept at once follows with the next.
 */
final class SocketWaker implements DaemonWaker {
    private final SocketChannel channel;
    private final ByteBuffer memory;
    private final int ringOffset;
    private final int ringLength;
    /** Bytes of all commands. */
    private long committed;
    /** Of these, those that are sent. */
    private long sent;
    private long calls;

    SocketWaker(SocketChannel channel, ClientFile file) {
        this.channel = channel;
        this.memory = file.region().asByteBuffer();
        this.ringOffset = file.ring().slotOffset(0);
        this.ringLength = file.ring().slotCount() * CommandLayout.LENGTH;
    }

    @Override
    public void afterCommit(long sequence, long deadlineNs) {
        committed = (sequence + 1) * CommandLayout.LENGTH;
        retry();
    }

    @Override
    public void retry() {
        // A late fault must not surface inside the channel.
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
            // The daemon is gone: the sender learns it at its next check of the socket.
            return;
        }
    }

    @Override
    public boolean isRetryNeeded() {
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
