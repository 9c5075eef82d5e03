// SPDX-License-Identifier: Apache-2.0
/**
 * Each race of the bus, run millions of times on the real classes, one class per race. Its comment names the SYNC
 * points it covers, as {@code docs/MEMORY_MODEL.md} does, and what would break.
 *
 * <p>A short run is part of {@code ./mvnw verify}. The full one, every JVM configuration and compiler, takes about an
 * hour on two cores (add {@code -m tough} for a night):
 *
 * <pre>
 *  java -jar bench/stress/target/jcstress.jar -t 'io\.tickbus\.bench\.stress\.[A-Z].*' -r results/jcstress
 * </pre>
 *
 * <p>Without {@code -t} the variants of {@code weakened} run too, which fail, as they should.
 */
package io.tickbus.bench.stress;
