// SPDX-License-Identifier: Apache-2.0
package io.tickbus.publisher;

import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.WritableBus;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;

/** Wakes parked subscribers: those that announce themselves in the doorbell, or all where they cannot. One thread. */
final class SubscriberWaker {
    private final SignalsHeader header;
    private final FutexWord wakeWord;
    private final Doorbell doorbell;
    private final boolean wakesUnasked;

    SubscriberWaker(WritableBus bus) {
        this.header = bus.signals().header();
        this.wakeWord = Platforms.current().futexWord(bus.signals().region(), SignalsLayout.WAKE_WORD);
        this.doorbell = bus.doorbell();
        this.wakesUnasked = header.wakesUnasked();
    }

    /** After a commit; wakes nobody where no subscriber has announced that it parks. */
    void wakeParked() {
        if (wakesUnasked || doorbell.takeParked()) {
            wakeAll();
        }
    }

    void wakeAll() {
        header.raiseWakeWord();
        wakeWord.wakeAll();
    }
}
