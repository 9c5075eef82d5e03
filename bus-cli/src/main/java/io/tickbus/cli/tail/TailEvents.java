// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Report;
import io.tickbus.cli.Terminal;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.SubscriberListener;
import java.io.PrintWriter;
import java.util.Locale;

/** Losses and the publisher's fate: as events in the output where its format has them, and on standard error. */
final class TailEvents implements SubscriberListener {
    private final SignalFormat format;
    private final LineBuffer out;
    private final PrintWriter err;
    private long unreportedLosses;
    private long firstUnreported;
    private String unreportedEvents = "";

    TailEvents(SignalFormat format, LineBuffer out, PrintWriter err) {
        this.format = format;
        this.out = out;
        this.err = err;
    }

    @Override
    public void onLoss(long firstSequence, long count) {
        event(of("loss").with("firstSequence", firstSequence).with("count", count));
        if (unreportedLosses == 0) {
            firstUnreported = firstSequence;
        }
        unreportedLosses += count;
    }

    @Override
    public void onPublisherRestarted(long epoch) {
        event(of("publisherRestarted").with("epoch", epoch));
        say("the publisher has restarted: epoch=" + epoch);
    }

    @Override
    public void onNewHistory(long nextSequence) {
        event(of("newHistory").with("nextSequence", nextSequence));
        say("the bus was deleted and created again: sequences continue at " + nextSequence);
    }

    @Override
    public void onPublisherStatus(PublisherStatus status) {
        event(of("publisherStatus").with("status", status.name()));
        say(switch (status) {
            case ALIVE -> Terminal.good("the publisher is alive");
            case STALLED -> Terminal.warning("the publisher is STALLED: it owns the bus but writes no heartbeat; "
                    + "is it stopped, or starved of CPU?");
            case DEAD -> Terminal.bad("the publisher is DEAD: it ended without closing the bus; waiting for the next");
            case CLOSED -> Terminal.warning("the publisher has CLOSED the bus; waiting for the next");
        });
    }

    private static Report of(String type) {
        return new Report().with("type", type);
    }

    private void event(Report event) {
        format.event(out, event);
    }

    private void say(String sentence) {
        unreportedEvents += "tickbus: " + sentence + System.lineSeparator();
    }

    /** Prints what happened since the last time: losses of one batch as one line, or they would be a flood. */
    void report() {
        if (unreportedLosses > 0) {
            String sentence = String.format(Locale.ROOT, "lost %,d signals from sequence %d on: this reader was too"
                    + " slow or came too late; print less (--signal, --stats) or give the publisher more --slots",
                    unreportedLosses, firstUnreported);
            unreportedLosses = 0;
            err.println("tickbus: " + Terminal.bad(sentence));
        }
        if (!unreportedEvents.isEmpty()) {
            err.print(unreportedEvents);
            unreportedEvents = "";
        }
        err.flush();
    }
}
