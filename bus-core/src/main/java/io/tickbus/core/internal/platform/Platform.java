// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the bus asks of the operating system beyond the Java class library. Found by {@link java.util.ServiceLoader};
 * without a provider {@link PortablePlatform} serves, with slower wake-ups and nothing else missing.
 *
 * <p><b>Threads:</b> every method may be called by any thread; slack and affinity concern the calling thread.
 */
public interface Platform {
    /** A name for messages: {@code "Linux x86-64 over FFM"}. */
    String description();

    /**
     * Why this platform cannot be used here, in one sentence; empty where it can. Never throws.
     */
    Optional<String> unavailableReason();

    /** Whether {@link #futexWord} sleeps in the kernel and can be woken from another process. */
    boolean hasFutex();

    /**
     * Binds a word of shared memory.
     *
     * @param region a mapped region; may be read-only
     * @param offset byte offset, a multiple of 4
     */
    FutexWord futexWord(SharedRegion region, int offset);

    /**
     * Gives every byte of an existing, empty, private file real storage, so that a full file system fails here and
     * not later at a store into the mapping.
     *
     * @param length bytes
     * @throws IOException when the space is not there; the file's length is then unspecified
     */
    void allocate(Path file, long length) throws IOException;

    /**
     * Sets the calling thread's timer slack.
     *
     * @param slackNs nanoseconds, at least 1
     * @return whether it was set
     */
    boolean setTimerSlackNs(long slackNs);

    /** The calling thread's timer slack in nanoseconds; −1 where unknown. */
    long timerSlackNs();

    /**
     * Gives the calling thread, and those that it starts later, the lowest ordinary priority; for good, as raising it
     * takes a privilege.
     *
     * @return whether it has it
     */
    boolean lowerPriority();

    /**
     * Pins the calling thread.
     *
     * @param cpus processor numbers, at least one
     * @return the processors the kernel then really allows, read back; empty where pinning is not possible
     */
    int[] setAffinity(int... cpus);

    /** The processors the kernel allows the calling thread; empty where unknown. */
    int[] affinity();

    /** The processor the calling thread runs on just now; −1 where unknown. A fraction of a microsecond. */
    int currentCpu();

    /**
     * Moves the calling thread to another processor it is allowed, without changing what it is allowed; tens of
     * microseconds.
     *
     * @return whether there was another
     */
    boolean leaveCpu(int cpu);

    /** What the system calls an error number, as exceptions of Java do: in the user's language; empty where unknown. */
    String errorText(int number);

    /**
     * Sends one datagram to a Unix socket, and does not wait for room in it.
     *
     * @param address the socket's path, or its abstract name behind an {@code @}
     * @throws IOException why it was not sent
     */
    void sendDatagram(String address, byte[] message) throws IOException;

    /** CPU time used by all threads of this process, in nanoseconds; −1 where unknown. */
    long processCpuNs();

    /** How CLOCK_REALTIME is kept; empty where unknown. */
    Optional<ClockDiscipline> clockDiscipline();
}
