// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ConvergenceTest {
    private static final int WINDOW = 3;
    private static final int FEWEST = 10;
    private static final int MOST = 1_000;

    /** How many figures of a series it takes; {@code MOST} where it never stands still. */
    private static int figuresOf(IntToDoubleFunction series) {
        Convergence convergence = new Convergence(0.1, WINDOW, FEWEST);
        int figures = 0;
        while (figures < MOST && !convergence.add(series.applyAsDouble(figures))) {
            figures++;
        }
        assertEquals(figures < MOST, convergence.isReached());
        return figures == MOST ? MOST : figures + 1;
    }

    @Test
    void shouldEndSoonAfterTheFiguresHaveComeToRest() {
        int figures = figuresOf(i -> i < 30 ? 600 - 15 * i : 150);
        assertTrue(figures > 30 && figures <= 30 + 3 * WINDOW, "figures=" + figures);
    }

    @Test
    void shouldTakeTheFewestWhenNothingMoves() {
        assertEquals(FEWEST, figuresOf(i -> 42));
    }

    @Test
    void shouldNotTakeTheFirstPlateauForTheLast() {
        int figures = figuresOf(i -> i < FEWEST - 3 ? 500 : 100);
        assertTrue(figures > FEWEST, "figures=" + figures);
    }

    @Test
    void shouldNeverEndWhileTheFiguresFall() {
        assertEquals(MOST, figuresOf(i -> Math.pow(0.95, i)));
    }

    @Test
    void shouldNotEndWhileOneOfTheFiguresThatJumpStillFalls() {
        int figures = figuresOf(i -> (i / WINDOW % 2 == 0 ? 1 : 3) * (i < 60 ? 1_000 * Math.pow(0.9, i) : 2));
        assertTrue(figures > 50, "figures=" + figures);
    }

    @Test
    void shouldBearNoiseThatMediansTakeAway() {
        Random random = new Random(20240229);
        assertTrue(figuresOf(i -> i % 7 == 0 ? 5_000 : 95 + 10 * random.nextDouble()) < 5 * FEWEST);
    }

    /** Not a matter of warming up, and so it would not come to an end. */
    @Test
    void shouldEndSoonWhenTheHostMakesTheFiguresJumpOrRise() {
        assertTrue(figuresOf(i -> i < 30 ? 600 - 15 * i : i / WINDOW % 2 == 0 ? 100 : 130) <= 30 + 4 * WINDOW);
        assertEquals(FEWEST, figuresOf(i -> 100 * Math.pow(1.05, i)));
    }

    @Test
    void shouldTakeThreePassesOrFourWhenEachIsAWindow() {
        assertEquals(4, passesOf(9_000, 400, 390, 700, 380));
        assertEquals(3, passesOf(400, 900, 350, 700));
        assertEquals(5, passesOf(9_000, 400, 250, 240, 300, 310));
    }

    private static int passesOf(double... figures) {
        Convergence convergence = new Convergence(0.25, 1, 0);
        int passes = 1;
        while (!convergence.add(figures[passes - 1])) {
            passes++;
        }
        return passes;
    }

    @Test
    void shouldRemainReached() {
        Convergence convergence = new Convergence(0.1, 1, 0);
        for (int figure : new int[] {10, 10, 10, 1_000}) {
            convergence.add(figure);
        }
        assertTrue(convergence.isReached());
    }
}
