// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

/** A message on the heap, as long as the bus's record. */
final class Message {
    private long publishedNs;
    private long deadlineNs;
    private long key;
    private long signalId;
    private long occurrence;
    private long payload0;
    private long payload1;

    static Message[] array(int length) {
        Message[] messages = new Message[length];
        for (int i = 0; i < length; i++) {
            messages[i] = new Message();
        }
        return messages;
    }

    void set(long newPublishedNs, long newDeadlineNs, int newSignalId, long newKey) {
        publishedNs = newPublishedNs;
        deadlineNs = newDeadlineNs;
        key = newKey;
        signalId = newSignalId;
        occurrence = 0;
        payload0 = 0;
        payload1 = 0;
    }

    long key() {
        return key;
    }

    @Override
    public String toString() {
        return "message publishedNs=" + publishedNs + " deadlineNs=" + deadlineNs + " signalId=" + signalId
                + " key=" + key + " occurrence=" + occurrence + " payload=" + payload0 + "," + payload1;
    }
}
