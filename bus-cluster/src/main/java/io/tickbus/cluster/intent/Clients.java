// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What clients have sent last. A client sends a message again when no reply comes, perhaps long after it was applied:
 * each counts once. A message whose predecessor is missing does not count yet: it comes again, after that one.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
final class Clients {
    /** The latest that have sent something; older ones are forgotten and must connect again. */
    static final int MAX_CLIENTS = 1 << 14;
    /** Refused commands of a client whose results are known when they come again, the latest. */
    static final int MAX_REFUSALS = 64;

    /** A command that was refused. */
    record Refusal(long number, int index, IntentResult result) {
    }

    /** A client. */
    static final class Client {
        private final long id;
        private long number;
        /** Messages up to this one had refusals that are not known any more. */
        private long forgotten;
        private final Deque<Refusal> refusals = new ArrayDeque<>();

        private Client(long id) {
            this.id = id;
        }

        long id() {
            return id;
        }

        long number() {
            return number;
        }

        long forgotten() {
            return forgotten;
        }

        Deque<Refusal> refusals() {
            return refusals;
        }

        @Override
        public String toString() {
            return "client id=" + id + " number=" + number + " forgotten=" + forgotten + " refusals=" + refusals;
        }
    }

    /** By id; the client that has sent the latest message is the last. */
    private final Map<Long, Client> all = new LinkedHashMap<>();
    /** Whose message is applied; null for nobody's. */
    private Client current;
    private long message;
    private int index;
    private boolean isRepeated;

    /** The message that is applied now says nothing of its client so far. */
    void none() {
        current = null;
    }

    /** It is a client's; false if it comes too early. */
    boolean begin(long id, long number) {
        Client client = all.get(id);
        if (number != 1 && (client == null || number > client.number + 1)) {
            return false;
        }
        all.remove(id);
        current = client == null ? new Client(id) : client;
        all.put(id, current);
        if (all.size() > MAX_CLIENTS) {
            Iterator<Client> oldest = all.values().iterator();
            oldest.next();
            oldest.remove();
        }
        message = number;
        index = 0;
        isRepeated = number <= current.number;
        current.number = Math.max(current.number, number);
        return true;
    }

    /** Whether the message was applied before. */
    boolean isRepeated() {
        return current != null && isRepeated;
    }

    /** What became of the present command when it came first. */
    IntentResult earlier(byte type) {
        return result(current, message, index, type);
    }

    /** What became of the only command of a client's message; null if it is not applied. */
    IntentResult find(long id, long number, byte type) {
        Client client = all.get(id);
        return client == null || number > client.number ? null : result(client, number, 0, type);
    }

    private static IntentResult result(Client client, long number, int index, byte type) {
        for (Refusal refusal : client.refusals) {
            if (refusal.number == number && refusal.index == index) {
                return refusal.result;
            }
        }
        if (number <= client.forgotten) {
            return IntentResult.STALE;
        }
        return switch (type) {
            case IntentCommands.ARM -> IntentResult.ARMED;
            case IntentCommands.CANCEL -> IntentResult.CANCELLED;
            default -> IntentResult.DONE;
        };
    }

    /** What became of the present command. */
    void note(IntentResult result) {
        if (current == null) {
            return;
        }
        if (result.isRefusal() && !isRepeated) {
            if (current.refusals.size() == MAX_REFUSALS) {
                current.forgotten = current.refusals.remove().number();
            }
            current.refusals.add(new Refusal(message, index, result));
        }
        index++;
    }

    void forEach(Consumer<Client> consumer) {
        all.values().forEach(consumer);
    }

    Client restore(long id, long number, long forgotten) {
        Client client = new Client(id);
        client.number = number;
        client.forgotten = forgotten;
        all.put(id, client);
        return client;
    }

    @Override
    public String toString() {
        return all.values().toString();
    }
}
