package io.tickbus.core.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.WaitStrategy;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strategies that ask the real clock; the gate's clock is made to follow it. */
@Timeout(30)
class PlainWaitTest {
    private final FakeGate gate = new FakeGate();

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldBeFoundByName(String name) {
        assertEquals(name, WaitStrategy.named(name).name());
    }

    @Test
    void shouldRefuseUnknownName() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> WaitStrategy.named("sleep"));
        assertTrue(e.getMessage().contains("waiting=sleep"), e.getMessage());
    }

    @Test
    void shouldParkOnceWhenGateIsClosed() {
        long untilNs = gate.nowNs + 5_000;
        gate.deadlineNs = gate.nowNs + 1_000;
        WaitStrategy.park().await(gate, untilNs);
        assertEquals(untilNs, gate.onlyPark().untilNs());
        assertEquals(Long.MIN_VALUE, gate.onlyPark().plannedDeadlineNs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldReturnAtOnceWhenGateIsOpen(String name) {
        gate.opensAtNs = gate.nowNs;
        WaitStrategy.named(name).await(gate, Long.MAX_VALUE);
        assertTrue(gate.parks.isEmpty());
        assertEquals(1, gate.looks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff"})
    void shouldReturnWhenGateOpensAfterManyLooks(String name) {
        gate.onLook = () -> gate.opensAtNs = gate.looks < 500 ? Long.MAX_VALUE : gate.nowNs;
        WaitStrategy.named(name).await(gate, Long.MAX_VALUE);
        assertEquals(500, gate.looks);
        assertTrue(gate.parks.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff"})
    void shouldReturnWhenTimeIsOver(String name) {
        long untilNs = System.nanoTime() + 2_000_000;
        WaitStrategy.named(name).await(gate, untilNs);
        assertTrue(System.nanoTime() >= untilNs);
        WaitStrategy.named(name).await(gate, Long.MIN_VALUE);
    }

    @Test
    void shouldIdleAndResetWhenAgronaStrategyIsGiven() {
        List<String> calls = new ArrayList<>();
        IdleStrategy strategy = new IdleStrategy() {
            @Override
            public void idle(int workCount) {
                calls.add("idle " + workCount);
            }

            @Override
            public void idle() {
                calls.add("idle");
            }

            @Override
            public void reset() {
                calls.add("reset");
            }
        };
        gate.onLook = () -> gate.opensAtNs = gate.looks < 3 ? Long.MAX_VALUE : gate.nowNs;
        WaitStrategy wait = WaitStrategy.idle("mine", strategy);
        wait.await(gate, Long.MAX_VALUE);
        assertEquals(List.of("reset", "idle", "idle"), calls);
        assertEquals("mine", wait.name());
    }
}
