// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.platform.CpuList;
import io.tickbus.core.internal.platform.HostFiles;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The processors the calling thread may run on, as the kernel reports them and never as they were asked for.
 *
 * <p><b>Threads:</b> any; each method concerns the calling thread. <b>Progress:</b> system calls that do not block;
 * allocates.
 *
 * <p>Errors: {@link LinkageError} where {@link LinuxPlatform#unavailableReason()} names a reason, except from {@link
 * #allowedByProc} and {@link #parseList}.
 *
 * <p>Source: sched_setaffinity(2), proc_pid_status(5).
 */
public final class CpuAffinity {
    /** The kernel's own limit, CONFIG_NR_CPUS: a shorter mask is refused where more processors are possible. */
    private static final int MASK_BITS = 8192;
    private static final int CALLING_THREAD = 0;
    private static final int RESTORE_TRIES = 8;

    private CpuAffinity() {
    }

    /**
     * Pins the calling thread.
     *
     * @param cpus processor numbers, 0 to 8191, at least one
     * @return the processors then allowed, read back, ascending; empty where the kernel refused them
     */
    public static int[] set(int... cpus) {
        if (cpus.length == 0) {
            throw new IllegalArgumentException("name at least one processor: cpus=[]");
        }
        BitSet wanted = new BitSet(MASK_BITS);
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= MASK_BITS) {
                throw new IllegalArgumentException(
                        "a processor number must be 0 to " + (MASK_BITS - 1) + ": cpu=" + cpu);
            }
            wanted.set(cpu);
        }
        NativeBlock mask = new NativeBlock(MASK_BITS / Byte.SIZE);
        long[] words = wanted.toLongArray();
        for (int i = 0; i < words.length; i++) {
            mask.putLong(i * Long.BYTES, words[i]);
        }
        try {
            int result = Libc.here().sched_setaffinity(CALLING_THREAD, mask.length(), mask.address());
            return result == 0 ? allowed() : new int[0];
        } finally {
            Reference.reachabilityFence(mask);
        }
    }

    /** The processors the calling thread may run on, ascending, from sched_getaffinity; empty where unknown. */
    public static int[] allowed() {
        NativeBlock mask = new NativeBlock(MASK_BITS / Byte.SIZE);
        if (Libc.here().sched_getaffinity(CALLING_THREAD, mask.length(), mask.address()) < 0) {
            return new int[0];
        }
        long[] words = new long[MASK_BITS / Long.SIZE];
        for (int i = 0; i < words.length; i++) {
            words[i] = mask.getLong(i * Long.BYTES);
        }
        return BitSet.valueOf(words).stream().toArray();
    }

    /**
     * Moves the calling thread off a processor: forbids that processor for a moment, and then restores what was
     * allowed.
     *
     * @return whether another processor was allowed
     */
    static boolean leave(int cpu) {
        int[] allowed = allowed();
        int[] others = IntStream.of(allowed).filter(other -> other != cpu).toArray();
        if (others.length == 0 || others.length == allowed.length) {
            return false;
        }
        boolean moved = set(others).length > 0;
        // Restores only its own change: somebody else may have pinned the thread meanwhile.
        for (int tried = 0; tried < RESTORE_TRIES && Arrays.equals(others, allowed()); tried++) {
            set(allowed);
        }
        return moved;
    }

    /** The same from {@code Cpus_allowed_list} of {@code /proc/thread-self/status}; empty if unknown. */
    public static int[] allowedByProc() {
        Optional<String> list = HostFiles.ROOT.field("proc/thread-self/status", "Cpus_allowed_list");
        return list.map(CpuAffinity::parseList).orElse(new int[0]);
    }

    /**
     * Reads the kernel's notation for sets of processors.
     *
     * @param list {@code "0-3,8,10-11"}; may be empty
     */
    public static int[] parseList(String list) {
        return CpuList.parse(list);
    }
}
