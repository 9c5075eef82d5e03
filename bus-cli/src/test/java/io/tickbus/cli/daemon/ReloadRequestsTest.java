// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReloadRequestsTest {
    private final AtomicInteger reloads = new AtomicInteger();
    private final ReloadRequests requests = new ReloadRequests();

    @Test
    void shouldCarryOutWhatCameTooEarlyOnceTheDaemonIsThere() {
        requests.run();
        requests.run();
        assertEquals(0, reloads.get());
        requests.leadTo(reloads::incrementAndGet);
        assertEquals(1, reloads.get());
        requests.run();
        assertEquals(2, reloads.get());
    }

    @Test
    void shouldDoNothingWhenNobodyAskedOrTheDaemonEnds() {
        requests.leadTo(reloads::incrementAndGet);
        requests.end();
        requests.run();
        assertEquals(0, reloads.get());
    }
}
