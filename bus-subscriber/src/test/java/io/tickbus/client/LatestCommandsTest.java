// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatestCommandsTest {
    private static final int KEYS = 1_000;

    private final TimerCommand command = new TimerCommand();

    private void arm(LatestCommands latest, long key, int generation) {
        latest.sent(command.arm(key, 0, 0).generation(generation));
    }

    @Test
    void shouldKnowLatestArmOrCancelOfEachKeyWhenKeysAreAsManyAsTold() {
        for (int spread : new int[] {1, 64, 1 << 20}) {
            LatestCommands latest = new LatestCommands(KEYS);
            SplittableRandom random = new SplittableRandom(spread);
            Map<Long, Integer> model = new HashMap<>();
            // Numbers wrap on the way.
            for (int generation = -5_000; generation < 5_000; generation += generation == -1 ? 2 : 1) {
                long key = (random.nextLong(KEYS) - KEYS / 2) * spread;
                latest.sent((random.nextInt(3) == 0 ? command.cancel(key)
                        : command.arm(key, 0, 0)).generation(generation));
                model.put(key, generation);
            }
            int forgotten = 0;
            for (Map.Entry<Long, Integer> each : model.entrySet()) {
                assertTrue(latest.isLatest(each.getKey(), each.getValue()));
                forgotten += latest.isLatest(each.getKey(), each.getValue() - 1) ? 1 : 0;
            }
            assertTrue(forgotten <= 5, "forgotten=" + forgotten + " spread=" + spread);
        }
    }

    @Test
    void shouldForgetTheCommandSentLongestAgoWhenThereIsNoRoom() {
        LatestCommands latest = new LatestCommands(1);
        for (int key = 0; key < 9; key++) {
            arm(latest, key, 0x7FFF_FFFC + key);
        }
        assertTrue(latest.isLatest(0, 99), "nothing is known of it any more");
        for (int key = 1; key < 9; key++) {
            assertFalse(latest.isLatest(key, 99));
            assertTrue(latest.isLatest(key, 0x7FFF_FFFC + key));
        }
    }

    @Test
    void shouldLeaveOutWhatDoesNotEndAnArmingOfItsOwner() {
        LatestCommands latest = new LatestCommands(16);
        arm(latest, 7, 1);
        latest.sent(command.reset(CommandLayout.TYPE_PAUSE, 7).generation(2));
        latest.sent(command.reset(CommandLayout.TYPE_RESUME, 7).generation(3));
        latest.sent(command.reset(CommandLayout.TYPE_LIST, 7).generation(4));
        latest.sent(command.cancel(7).flags(CommandLayout.FLAG_ALL_OWNERS).generation(5));
        assertTrue(latest.isLatest(7, 1));
        latest.sent(command.cancel(7).generation(6));
        assertFalse(latest.isLatest(7, 1));
        assertTrue(latest.isLatest(8, 1));
    }
}
