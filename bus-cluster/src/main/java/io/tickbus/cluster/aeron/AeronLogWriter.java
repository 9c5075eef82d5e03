// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static io.tickbus.cluster.aeron.Messages.LITTLE;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.AeronCluster.AsyncConnect;
import io.tickbus.cluster.host.LogWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** A session with the cluster that connects, and connects again, without blocking. The thread of its user. */
public final class AeronLogWriter implements LogWriter {
    private static final long KEEP_ALIVE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Supplier<AeronCluster.Context> contexts;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4096);
    private AsyncConnect connecting;
    private AeronCluster cluster;
    private long nextKeepAliveNs;
    private long nextAttemptNs = System.nanoTime();

    /** A writer that is not connected yet; each attempt takes another context. */
    public AeronLogWriter(Supplier<AeronCluster.Context> contexts) {
        this.contexts = contexts;
    }

    /** Whether there is a session. */
    boolean isConnected() {
        return cluster != null && !cluster.isClosed();
    }

    @Override
    public boolean poll() {
        long nowNs = System.nanoTime();
        try {
            if (isConnected()) {
                if (nowNs - nextKeepAliveNs >= 0) {
                    nextKeepAliveNs = nowNs + KEEP_ALIVE_NS;
                    cluster.sendKeepAlive();
                }
                return cluster.pollEgress() + cluster.pollStateChanges() > 0;
            }
            if (connecting == null) {
                if (nowNs - nextAttemptNs < 0) {
                    return false;
                }
                CloseHelper.quietClose(cluster);
                connecting = AeronCluster.asyncConnect(contexts.get());
            }
            cluster = connecting.poll();
            connecting = cluster == null ? connecting : null;
            return false;
        } catch (RuntimeException e) {
            disconnect(nowNs);
            return false;
        }
    }

    private void disconnect(long nowNs) {
        CloseHelper.quietCloseAll(connecting, cluster);
        connecting = null;
        cluster = null;
        nextAttemptNs = nowNs + RETRY_NS;
    }

    @Override
    public boolean send(DirectBuffer commands, int length) {
        return send(0, Messages.COMMANDS, commands, length);
    }

    /** Sends a request; false if that is not possible now. */
    boolean send(long correlation, byte kind, DirectBuffer body, int length) {
        if (!isConnected()) {
            return false;
        }
        buffer.putLong(Messages.CORRELATION, correlation, LITTLE);
        buffer.putLong(Messages.KIND, kind, LITTLE);
        buffer.putBytes(Messages.BODY, body, 0, length);
        try {
            return cluster.offer(buffer, 0, Messages.BODY + length) > 0;
        } catch (RuntimeException e) {
            disconnect(System.nanoTime());
            return false;
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(connecting, cluster);
    }
}
