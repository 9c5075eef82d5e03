// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients and hosts may send, in which order, and what becomes of it. */
class IntentLogTest {
    private static final long KEY = 5;
    private static final long CLIENT = 77;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16_384]);
    private final List<IntentResult> results = new ArrayList<>();
    private final List<Intent> fired = new ArrayList<>();
    private final List<Integer> forgotten = new ArrayList<>();
    private final IntentLog log = new IntentLog();
    private long position;

    @BeforeEach
    void begin() {
        log.tell(new IntentEvents() {
            @Override
            public void onArmed(Intent intent, Intent replaced) {
                // By its result.
            }

            @Override
            public void onCancelled(Intent intent) {
                // By its result.
            }

            @Override
            public void onExpired(Intent intent) {
                // Nothing is that old here.
            }

            @Override
            public void onFired(Intent intent, long first, long last, int host, boolean isNew) {
                fired.add(intent);
            }

            @Override
            public void onForgotten(CancelledIntent cancelled) {
                forgotten.add(cancelled.intent().spec().generation());
            }

            @Override
            public void onHost(Host host) {
                // By its result.
            }

            @Override
            public void onResult(byte type, IntentResult result, int number) {
                results.add(result);
            }
        });
        int length = IntentCommands.owner(buffer, 0, "owner");
        length += IntentCommands.join(buffer, length, "host", 1);
        assertEquals(List.of(IntentResult.DONE, IntentResult.DONE), apply(length));
    }

    private List<IntentResult> apply(int length) {
        results.clear();
        position += 64;
        log.apply(buffer, 0, length, position, 1_000, 1);
        return List.copyOf(results);
    }

    private List<IntentResult> arm(long number, int... generations) {
        int length = number == 0 ? 0 : IntentCommands.client(buffer, 0, CLIENT, number);
        for (int generation : generations) {
            length += IntentCommands.arm(buffer, length, 0, spec(generation));
        }
        return apply(length);
    }

    private static IntentSpec spec(int generation) {
        return IntentSpec.everywhere(KEY, 1, 1_000_000).withGeneration(generation);
    }

    private int armed() {
        return log.find(0, KEY).spec().generation();
    }

    @Test
    void shouldArmNothingWhenMessageComesAgainLater() {
        assertEquals(List.of(IntentResult.ARMED), arm(1, 1));
        assertEquals(List.of(IntentResult.ARMED), arm(2, 2));
        Intent second = log.find(0, KEY);
        assertEquals(List.of(IntentResult.ARMED), arm(1, 1));
        assertEquals(List.of(IntentResult.ARMED), arm(2, 2));
        assertEquals(second, log.find(0, KEY), "it is the same timer, which may have fired");
        assertEquals(List.of(IntentResult.ARMED, IntentResult.ARMED), arm(3, 3, 4));
        assertEquals(List.of(IntentResult.ARMED, IntentResult.ARMED), arm(3, 3, 4));
        assertEquals(4, armed());
    }

    @Test
    void shouldRememberRefusalsWhenMessageComesAgain() {
        int length = IntentCommands.client(buffer, 0, CLIENT, 1);
        length += IntentCommands.cancel(buffer, length, 0, KEY, 0);
        length += IntentCommands.arm(buffer, length, 0, spec(1));
        List<IntentResult> first = apply(length);
        assertEquals(List.of(IntentResult.UNKNOWN, IntentResult.ARMED), first);
        assertEquals(first, apply(length));
        assertNotNull(log.find(0, KEY));
        for (int i = 0; i < Clients.MAX_REFUSALS; i++) {
            int next = IntentCommands.client(buffer, 0, CLIENT, 2L + i);
            apply(next + IntentCommands.cancel(buffer, next, 0, KEY + 1, 0));
        }
        length = IntentCommands.client(buffer, 0, CLIENT, 1);
        length += IntentCommands.cancel(buffer, length, 0, KEY, 0);
        assertEquals(List.of(IntentResult.STALE), apply(length), "what became of it is forgotten");
    }

    @Test
    void shouldWaitForPredecessorWhenMessageOvertakesIt() {
        arm(1, 1);
        assertEquals(List.of(), arm(3, 3), "it is not applied and has no reply");
        assertEquals(1, armed());
        arm(2, 2);
        arm(3, 3);
        assertEquals(3, armed());
        int length = IntentCommands.client(buffer, 0, CLIENT, 5);
        assertFalse(log.apply(buffer, 0, length, position, 1_000, 1));
    }

    @Test
    void shouldRefuseNamesWhenDaemonOrSnapshotCannotHaveThem() {
        for (String name : List.of("my app", "x".repeat(57), "x".repeat(64), "ä", ".x", "-x", "a\u0000b")) {
            assertEquals(List.of(IntentResult.INVALID), apply(IntentCommands.owner(buffer, 0, name)), name);
        }
        assertEquals(List.of(IntentResult.DONE), apply(IntentCommands.owner(buffer, 0, "x".repeat(56))));
        byte[] invalid = "\u00FF".repeat(40).getBytes(StandardCharsets.ISO_8859_1);
        for (int length : List.of(0, 1, 40, 65, 255)) {
            buffer.setMemory(0, 300, (byte) 'x');
            buffer.putByte(0, IntentCommands.OWNER);
            buffer.putByte(1, (byte) length);
            if (length <= 40) {
                buffer.putBytes(2, invalid);
            }
            assertEquals(List.of(IntentResult.INVALID), apply(2 + length), "owner of length " + length);
            buffer.putByte(0, IntentCommands.JOIN);
            assertEquals(List.of(IntentResult.INVALID), apply(2 + length + Long.BYTES), "host of length " + length);
        }
        assertEquals(log.describe(), copy().describe());
    }

    @Test
    void shouldCountFiringForTimerWhenItIsArmedAgainAfterCancellation() {
        IntentSpec once = IntentSpec.once(KEY, 1, 1_000_000).withGeneration(9);
        apply(IntentCommands.arm(buffer, 0, 0, once));
        apply(IntentCommands.cancel(buffer, 0, 0, KEY, 0));
        assertNotNull(log.findCancelled(0, KEY));
        apply(IntentCommands.arm(buffer, 0, 0, once));
        Intent live = log.find(0, KEY);
        assertEquals(List.of(IntentResult.DONE), apply(IntentCommands.fired(buffer, 0, 0, live, 0, 0, 1)));
        assertTrue(live.isFired(0));
        assertEquals(List.of(live), fired);
        assertNull(log.findCancelled(0, KEY));
    }

    @Test
    void shouldTellWhenCancelledTimerIsForgotten() {
        arm(0, 1);
        apply(IntentCommands.cancel(buffer, 0, 0, KEY, 0));
        arm(0, 2);
        apply(IntentCommands.cancel(buffer, 0, 0, KEY, 0));
        assertEquals(List.of(1), forgotten, "of each key the latest is known");
        arm(0, 2);
        assertEquals(List.of(1, 2), forgotten, "its firings are those of the new timer");
        apply(IntentCommands.cancel(buffer, 0, 0, KEY, 0));
        log.advance(1_000 + IntentLog.KEEP_CANCELLED_NS, 1);
        assertNotNull(log.findCancelled(0, KEY));
        log.advance(1_001 + IntentLog.KEEP_CANCELLED_NS, 1);
        assertEquals(List.of(1, 2, 2), forgotten);
        assertNull(log.findCancelled(0, KEY));
    }

    @Test
    void shouldGiveSameStateWhenSnapshotIsRead() {
        arm(1, 1, 2);
        for (int i = 0; i < 500; i++) {
            int length = IntentCommands.client(buffer, 0, i, 1);
            length += IntentCommands.arm(buffer, length, 0, IntentSpec.once(1_000 + i, 1, 1_000_000 + i));
            apply(length + IntentCommands.cancel(buffer, length, 0, 10_000 + i, 0));
        }
        arm(2, 3);
        IntentLog copy = copy();
        assertEquals(log.describe(), copy.describe());
        int length = IntentCommands.client(buffer, 0, CLIENT, 1);
        length += IntentCommands.arm(buffer, length, 0, spec(1));
        copy.apply(buffer, 0, length, position + 64, 1_000, 1);
        assertEquals(3, copy.find(0, KEY).spec().generation());
    }

    @Test
    void shouldEndWhenFiringOfAnOccurrenceBeyondAllTimesIsReported() {
        apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.once(KEY, 1, 1_000_000).withPeriod(1_000_000_000, 0)));
        Intent intent = log.find(0, KEY);
        for (long last : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE / 1_000_000_000 + 1}) {
            int length = IntentCommands.fired(buffer, 0, 0, intent, 0, last, 1);
            assertEquals(List.of(IntentResult.STALE), assertTimeoutPreemptively(TIMEOUT, () -> apply(length)));
        }
        assertFalse(intent.isFired(0));
        assertEquals(List.of(IntentResult.DONE), apply(IntentCommands.fired(buffer, 0, 0, intent, 0, 100, 1)));
        assertEquals(100, intent.firedThrough());
    }

    @Test
    void shouldForgetTimersWhenTheyAreReplacedOrCancelledLongBeforeTheirTime() {
        for (int i = 0; i < 10_000; i++) {
            apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.everywhere(i % 10, 1, 1L << 60).withGeneration(i)));
            if (i % 100 == 0) {
                apply(IntentCommands.cancel(buffer, 0, 0, i % 10, 0));
            }
        }
        assertTrue(log.expiring() < 2_000, () -> "timers that are kept: " + log.expiring());
        assertEquals(log.describe(), copy().describe());
    }

    /** An entry that says what a host's clock shows. */
    private void clock(int host, long clusterNs, long hostNs) {
        position += 64;
        int length = IntentCommands.state(buffer, 0, host, 1, position, 1_000, hostNs - clusterNs);
        log.apply(buffer, 0, length, position, clusterNs, 1);
    }

    @Test
    void shouldKeepTimersWhenClockOfLeaderIsAheadOfMostClocks() {
        long second = 1_000_000_000L;
        long now = 1_000_000 * second;
        apply(IntentCommands.join(buffer, 0, "host1", 1));
        apply(IntentCommands.join(buffer, 0, "host2", 1));
        for (int host = 0; host < 3; host++) {
            clock(host, now, now);
        }
        apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.everywhere(KEY, 1, now + 60 * second)));
        for (long hour = now + 3_600 * second, ns = 0; ns < 2 * second; ns += second / 4) {
            // The clock of the leader, and so the cluster's time, is set to one hour later by mistake.
            clock(0, hour + ns, hour + ns);
            clock(1, hour + ns, now + ns);
            clock(2, hour + ns, now + ns);
        }
        assertNotNull(log.find(0, KEY), "it is due in a minute by the clocks of most hosts");
        assertEquals(log.describe(), copy().describe());
        for (long ns = 0; ns < 700 * second; ns += second / 4) {
            // It is set back; the cluster's time never is.
            for (int host = 0; host < 3; host++) {
                clock(host, now + 3_602 * second, now + ns);
            }
            assertEquals(ns < 60 * second + IntentLog.KEEP_NS, log.find(0, KEY) != null, "after ns=" + ns);
        }
        assertEquals(log.describe(), copy().describe());
    }

    @Test
    void shouldKeepOverdueTimersWhenAllHostsWereAway() {
        long second = 1_000_000_000L;
        long now = 1_000_000 * second;
        clock(0, now, now);
        apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.everywhere(KEY, 1, now + 60 * second)));
        for (long ns = 0; ns < 10 * second; ns += second / 4) {
            clock(0, now + 86_400 * second + ns, now + 86_400 * second + ns);
            assertNotNull(log.find(0, KEY), "a host that is back first has time to fire it");
        }
        for (long ns = 0; ns < 800 * second; ns += second / 4) {
            clock(0, now + 86_500 * second + ns, now + 86_500 * second + ns);
        }
        assertNull(log.find(0, KEY));
    }

    @Test
    void shouldFindOneTimerOrAFewWhenAsked() {
        for (int i = 0; i < 100; i++) {
            apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.everywhere(i, 1, 1_000_000)));
        }
        apply(IntentCommands.cancel(buffer, 0, 0, 7, 0));
        assertEquals(1, copy(IntentSnapshot.Selection.ofKey(0, 8)).size());
        assertNotNull(copy(IntentSnapshot.Selection.ofKey(0, 7)).findCancelled(0, 7));
        assertEquals(0, copy(IntentSnapshot.Selection.ofKey(0, 7)).size());
        assertEquals(10, copy(IntentSnapshot.Selection.ofOwner(0, 10)).size());
        assertEquals(99, copy(IntentSnapshot.Selection.ofOwner(-1, 1_000)).size());
        assertEquals(0, copy(IntentSnapshot.Selection.ofOwner(1, 1_000)).size());
        assertEquals(0, copy(IntentSnapshot.Selection.ofOwner(-2, 1)).size());
    }

    private IntentLog copy(IntentSnapshot.Selection selection) {
        IntentLog copy = new IntentLog();
        IntentSnapshot reader = IntentSnapshot.into(copy);
        IntentSnapshot.write(log, selection, reader::onMessage);
        assertTrue(reader.isComplete());
        return copy;
    }

    private IntentLog copy() {
        IntentLog copy = new IntentLog();
        IntentSnapshot reader = IntentSnapshot.into(copy);
        IntentSnapshot.write(log, reader::onMessage);
        assertTrue(reader.isComplete());
        return copy;
    }
}
