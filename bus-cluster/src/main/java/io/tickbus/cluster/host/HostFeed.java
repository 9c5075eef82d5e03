// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is applied to the state, on its way from the thread that applies the log to the agent of the host: first a whole
 * state, then every message. An agent that falls too far behind gets a whole state again; the log never waits for it.
 *
 * <p><b>Threads:</b> one that gives and one that takes.
 */
public final class HostFeed {
    /**
     * A whole state, or a message that was applied to it.
     *
     * @param messages  those of a snapshot; or the one, with commands
     * @param isState   whether it is a whole state
     * @param position  up to where the log is applied with it
     * @param clusterNs the cluster's time; 0 of a state
     * @param term      the leadership term; 0 of a state
     */
    public record Entry(List<byte[]> messages, boolean isState, long position, long clusterNs, int term) {
        /**
         * A state as it is now.
         *
         * @param pause called from time to time meanwhile
         */
        public static Entry state(IntentLog log, Runnable pause) {
            List<byte[]> messages = new ArrayList<>();
            IntentSnapshot.write(log, (message, at, length) -> {
                messages.add(bytes(message, at, length));
                if (messages.size() % PAUSE == 0) {
                    pause.run();
                }
            });
            return new Entry(messages, true, log.position(), 0, 0);
        }

        /** A message that was applied. */
        public static Entry applied(DirectBuffer message, int at, int length, long position, long clusterNs, int term) {
            return new Entry(List.of(bytes(message, at, length)), false, position, clusterNs, term);
        }

        private static byte[] bytes(DirectBuffer message, int at, int length) {
            byte[] bytes = new byte[length];
            message.getBytes(at, bytes);
            return bytes;
        }
    }

    private static final int CAPACITY = 1 << 14;
    private static final int PAUSE = 1 << 10;

    private final BlockingQueue<Entry> entries = new LinkedBlockingQueue<>(CAPACITY);
    /** Set by the giver when an entry found no room, cleared when a state follows. */
    private volatile boolean isLost = true;
    private volatile boolean isStateWanted = true;
    /** The taker's. */
    private boolean isOnlyStateTaken;

    /** An empty feed, whose taker wants a state. */
    public HostFeed() {
        // Nothing to set.
    }

    /** Giver: an entry. A state replaces what is not taken yet; while one is missing, everything else is dropped. */
    public void give(Entry entry) {
        if (entry.isState()) {
            isStateWanted = false;
            entries.clear();
            isLost = false;
            isLost = !entries.offer(entry);
        } else if (!isLost) {
            isLost = !entries.offer(entry);
        }
    }

    /** Giver: whether the taker has missed something and needs a whole state. */
    public boolean isStateWanted() {
        return isStateWanted;
    }

    /** Taker: it needs a whole state, and takes nothing else before that. */
    void wantState() {
        isOnlyStateTaken = true;
        isStateWanted = true;
    }

    /** Taker: the next entry, or null. */
    public Entry take() {
        Entry entry = entries.poll();
        if (entry == null && isLost) {
            isStateWanted = true;
        }
        return entry;
    }

    /** What the taker does with the entries. */
    interface Taker {
        /** A new, whole state, to which later messages are to be applied. */
        void onState(IntentLog state);

        /** A message was applied. */
        void onApplied(long clusterNs);
    }

    /** Taker: applies entries to the state; returns how many. */
    int poll(IntentLog state, Taker taker, int limit) {
        IntentLog current = state;
        int count = 0;
        for (Entry entry = take(); entry != null; entry = take()) {
            if (entry.isState()) {
                current = new IntentLog();
                IntentSnapshot reader = IntentSnapshot.into(current);
                entry.messages().forEach(message -> reader.onMessage(new UnsafeBuffer(message), 0, message.length));
                isOnlyStateTaken = false;
                taker.onState(current);
            } else if (!isOnlyStateTaken) {
                byte[] message = entry.messages().get(0);
                current.apply(new UnsafeBuffer(message), 0, message.length, entry.position(), entry.clusterNs(),
                        entry.term());
                taker.onApplied(entry.clusterNs());
            }
            count++;
            if (count == limit) {
                return count;
            }
        }
        return count;
    }
}
