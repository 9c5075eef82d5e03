// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A request that no processor of this host takes longer than some microseconds to wake from idling. With 0, an idle
 * processor polls instead of halting: a thread that sleeps wakes several times sooner, most of all on a virtual
 * machine. The price is a host that idles at full power, a virtual processor that its host sees as busy, and less speed
 * for the other hyper-thread of a core.
 *
 * <pre>{@code
 * try (IdleLatency request = IdleLatency.hold(0)) {
 *     …
 * }
 * }</pre>
 *
 * <p>It lasts until it is closed or the process ends, however that ends. Of several requests on a host the lowest
 * counts.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> makes system calls.
 * <p><b>Errors:</b> {@link BusException} SYSTEM where the device is missing or may not be opened.
 *
 * <p>Source: Linux {@code Documentation/power/pm_qos_interface.rst}.
 */
public final class IdleLatency implements AutoCloseable {
    /** The longest latency that may be asked for, in microseconds: a second. */
    public static final int MAX_US = 1_000_000;
    /** Returned by {@link #effectiveUs()} where nobody has a request. */
    public static final int NO_LIMIT_US = 2_000_000_000;

    private static final Path DEVICE = Path.of("/dev/cpu_dma_latency");

    private final FileChannel device;

    private IdleLatency(FileChannel device) {
        this.device = device;
    }

    /**
     * Makes the request.
     *
     * @param latencyUs microseconds, 0 to {@link #MAX_US}
     */
    public static IdleLatency hold(int latencyUs) {
        return hold(DEVICE, latencyUs);
    }

    static IdleLatency hold(Path device, int latencyUs) {
        if (latencyUs < 0 || latencyUs > MAX_US) {
            throw new IllegalArgumentException("an idle latency is 0 to " + MAX_US + " us: latencyUs=" + latencyUs);
        }
        try {
            return Uninterrupted.call(() -> open(device, latencyUs));
        } catch (IOException e) {
            throw refused(device, latencyUs, e);
        }
    }

    private static IdleLatency open(Path device, int latencyUs) throws IOException {
        FileChannel channel = FileChannel.open(device, StandardOpenOption.WRITE);
        try {
            channel.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(0, latencyUs));
            return new IdleLatency(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static BusException refused(Path device, int latencyUs, IOException cause) {
        String remedy = cause instanceof NoSuchFileException
                ? "use a Linux kernel with PM QoS, give a container the device, or ask for no idle latency"
                : "run it as root, or let a group open the device by the udev rule KERNEL==\"cpu_dma_latency\","
                        + " GROUP=\"NAME\", MODE=\"0660\", or ask for no idle latency";
        BusException e = new BusException(Reason.SYSTEM, "asking for an idle latency of " + latencyUs + " us at "
                + device, BusException.why(cause), remedy);
        e.initCause(cause);
        return e;
    }

    /**
     * The lowest latency that any process of this host asks for, in microseconds; {@link #NO_LIMIT_US} where none does,
     * −1 where it cannot be read.
     */
    public static int effectiveUs() {
        try {
            byte[] value = Uninterrupted.call(() -> Files.readAllBytes(DEVICE));
            return value.length == Integer.BYTES ? ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt() : -1;
        } catch (IOException e) {
            // No such device, or not permitted: either way nothing is known.
            return -1;
        }
    }

    /** Ends the request. Does nothing the second time. */
    @Override
    public void close() {
        try {
            device.close();
        } catch (IOException e) {
            throw BusException.system(DEVICE, e, "the request ends with the process");
        }
    }
}
