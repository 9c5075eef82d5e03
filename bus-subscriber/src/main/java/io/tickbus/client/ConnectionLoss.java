// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.timer.ReplyReason;

/**
 * Why a client is without a daemon.
 *
 * @param reason if it was evicted
 */
record ConnectionLoss(Kind kind, ReplyReason reason, String sentence) {
    enum Kind { EVICTED, RESTARTED, GONE, CLOSED }

    static final ConnectionLoss RESTARTED = new ConnectionLoss(Kind.RESTARTED, ReplyReason.NONE,
            "another daemon has taken over the bus and does not know this client's timers");
    static final ConnectionLoss GONE =
            new ConnectionLoss(Kind.GONE, ReplyReason.NONE, "its daemon has stopped or died");
    /** By the client itself. */
    static final ConnectionLoss CLOSED = new ConnectionLoss(Kind.CLOSED, ReplyReason.CLOSED, "it is closed");

    static ConnectionLoss evicted(ReplyReason reason) {
        return new ConnectionLoss(Kind.EVICTED, reason,
                "the daemon has put it out: " + (reason == ReplyReason.NONE
                        ? "it took it for dead, or gave its session to another client"
                        : reason.sentence()));
    }

    void tell(TimerClientListener listener) {
        switch (kind) {
            case EVICTED -> listener.onEvicted(reason);
            case RESTARTED -> listener.onDaemonRestarted();
            case GONE -> listener.onDaemonGone();
            case CLOSED -> { }
        }
    }

    BusException exception(String client) {
        return new BusException(Reason.DISCONNECTED, client, sentence, "call reconnect() and arm its timers again");
    }
}
