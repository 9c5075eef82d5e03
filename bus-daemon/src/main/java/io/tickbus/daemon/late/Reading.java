// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

/**
 * What the kernel and the JVM have counted up to a moment. The difference of two readings is evidence; what cannot be
 * had here stays 0.
 */
public final class Reading {
    /** CLOCK_MONOTONIC nanoseconds. */
    public long timeNs = Long.MIN_VALUE;
    /** The thread had a processor. */
    public long runNs;
    /** The thread was ready and had none. */
    public long waitNs;
    /** How often it got one. */
    public long slices;
    /** Faults of the thread that needed no disk. */
    public long minorFaults;
    /** Faults of the thread that did. */
    public long majorFaults;
    /** All processors of this guest together were kept waiting by the hypervisor. */
    public long stealNs;
    /** Garbage collections. */
    public long collections;
    /** Time in them, those that ran beside the program included. */
    public long collectionNs;
    /** Times that the JVM stopped all threads, for a garbage collection or anything else. */
    public long safepoints;
    /** Time in which they were stopped. */
    public long safepointNs;
    /** Methods compiled. */
    public long compilations;
    /** Time of the compiler. */
    public long compileNs;
    /** How often CLOCK_REALTIME was found set. */
    public long clockSteps;

    /** Takes over all numbers of another. */
    public void copyOf(Reading other) {
        timeNs = other.timeNs;
        runNs = other.runNs;
        waitNs = other.waitNs;
        slices = other.slices;
        minorFaults = other.minorFaults;
        majorFaults = other.majorFaults;
        stealNs = other.stealNs;
        collections = other.collections;
        collectionNs = other.collectionNs;
        safepoints = other.safepoints;
        safepointNs = other.safepointNs;
        compilations = other.compilations;
        compileNs = other.compileNs;
        clockSteps = other.clockSteps;
    }
}
