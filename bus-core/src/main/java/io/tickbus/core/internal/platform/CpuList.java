// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.util.BitSet;

/** The kernel's notation for sets of processors: {@code "0-3,8,10-11"}. */
public final class CpuList {
    /** The kernel's own limit, CONFIG_NR_CPUS. */
    private static final int LIMIT = 8192;

    private CpuList() {
    }

    /**
     * Reads a list, which may be empty.
     *
     * @return the processors, ascending
     * @throws NumberFormatException if it is no such list
     */
    public static int[] parse(String list) {
        BitSet cpus = new BitSet();
        for (String range : list.strip().split(",", -1)) {
            if (!range.isBlank()) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range.strip() : range.substring(0, dash).strip());
                int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1).strip());
                if (first < 0 || last < first || last >= LIMIT) {
                    throw new NumberFormatException("no processors: list=" + list);
                }
                cpus.set(first, last + 1);
            }
        }
        return cpus.stream().toArray();
    }
}
