// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.HostIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a header through the file, before anything is mapped, and refuses by name what this version cannot read. */
public final class SignalsCheck {
    private SignalsCheck() {
    }

    /** Everything that does not depend on the host. */
    static void layout(Path path, FileChannel channel) throws IOException {
        ByteBuffer header = FileHeader.SIGNALS.read(path, channel);
        long slots = FileHeader.SIGNALS.slotCount(path, header);
        FileHeader.SIGNALS.length(path, header, channel.size(), SignalsLayout.fileLength((int) slots));
        int clockId = header.getInt(SignalsLayout.CLOCK_ID);
        long base = header.getLong(SignalsLayout.BASE_SEQUENCE);
        if (clockId != SignalsLayout.CLOCK_MONOTONIC || base < 0) {
            throw FileHeader.SIGNALS.refuse(Reason.CORRUPT, path, "clockId=" + clockId + " expected="
                    + SignalsLayout.CLOCK_MONOTONIC + ", baseSequence=" + base + " expected=0 or more");
        }
    }

    /** Whether times and owner mean here what they meant where the file was written. */
    static void host(Path path, HostIdentity file, HostIdentity here) {
        if (!file.isSameBoot(here)) {
            throw wrong(Reason.WRONG_BOOT_ID, path, "it was written before the host was booted: bootId="
                    + file.bootId() + " expected=" + here.bootId(), "start its publisher, which replaces it");
        }
        if (!file.hasSameClock(here)) {
            throw wrong(Reason.WRONG_TIME_NAMESPACE, path, "its clock differs by its time namespace: offsetNs="
                    + file.monotonicOffsetNs() + " here=" + here.monotonicOffsetNs(),
                    "run both sides in one time namespace");
        }
    }

    private static BusException wrong(Reason reason, Path path, String why, String remedy) {
        return new BusException(reason, path.toString(), why, remedy);
    }
}
