// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.host.ClockSources;
import io.tickbus.core.internal.platform.HostFiles;
import java.nio.file.Path;

/**
 * What the host does besides: clock ticks of all its processors since it started, by {@code /proc/stat}.
 *
 * @param allTicks 0 where they are not known
 */
record HostLoad(String clockSource, long allTicks, long idleTicks, long stolenTicks) {
    private static final int IDLE = 4;
    private static final int WAITING = 5;
    private static final int STOLEN = 8;
    private static final double HUNDRED = 100;

    static HostLoad read() {
        return read(HostFiles.ROOT);
    }

    /** Under a root directory. */
    static HostLoad read(HostFiles host) {
        Path root = host.root();
        String[] fields = host.firstLine("proc/stat").split(" +", -1);
        long all = 0;
        // What follows are guests, whose time is in the other fields too.
        for (int i = 1; i <= STOLEN && i < fields.length; i++) {
            all += ticks(fields, i);
        }
        return new HostLoad(ClockSources.read(root).active(), all, ticks(fields, IDLE) + ticks(fields, WAITING),
                ticks(fields, STOLEN));
    }

    private static long ticks(String[] fields, int index) {
        return index < fields.length && fields[index].matches("[0-9]{1,18}") ? Long.parseLong(fields[index]) : 0;
    }

    /** The share of the processors' time that was stolen by the hypervisor since an earlier moment. */
    Double stolenPercent(HostLoad before) {
        return percent(before, stolenTicks - before.stolenTicks);
    }

    /** The share that was used, stolen time included. */
    Double busyPercent(HostLoad before) {
        long all = allTicks - before.allTicks;
        return percent(before, all - (idleTicks - before.idleTicks));
    }

    private Double percent(HostLoad before, long part) {
        long all = allTicks - before.allTicks;
        return all <= 0 ? null : Double.valueOf(Math.min(HUNDRED, Math.max(0, HUNDRED * part / all)));
    }
}
