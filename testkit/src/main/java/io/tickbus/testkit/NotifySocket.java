// SPDX-License-Identifier: Apache-2.0
package io.tickbus.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** The socket of a service manager: a Unix datagram socket that receives what a daemon says of itself. Linux only. */
public final class NotifySocket implements AutoCloseable {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final int LONGEST = 4096;
    private static final long TIMEOUT_NS = Duration.ofSeconds(30).toNanos();

    private final String address;
    private final int fd;

    private NotifySocket(String address, int fd) {
        this.address = address;
        this.fd = fd;
    }

    /** Binds it to a path, or to an abstract name behind an {@code @}. */
    public static NotifySocket bind(String address) {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = address.startsWith("@");
        ByteBuffer bound = ByteBuffer.allocate(Short.BYTES + name.length + (isAbstract ? 0 : 1))
                .order(ByteOrder.nativeOrder()).putShort(AF_UNIX).put(name);
        if (isAbstract) {
            bound.put(Short.BYTES, (byte) 0);
        }
        int fd = call("socket", (int) AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
        assertEquals(0, call("bind", fd, bound.array(), bound.capacity()), () -> "it cannot be bound: " + address);
        return new NotifySocket(address, fd);
    }

    private static int call(String function, Object... arguments) {
        return NativeLibrary.getProcess().getFunction(function).invokeInt(arguments);
    }

    /** What {@code NOTIFY_SOCKET} should say. */
    public String address() {
        return address;
    }

    /** The next message; null if there is none yet. */
    public String poll() {
        byte[] bytes = new byte[LONGEST];
        int length = call("recv", fd, bytes, bytes.length, 0);
        return length < 0 ? null : new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8);
    }

    /** The next message that has such a line; those before it are dropped. */
    public String await(String line) {
        long startNs = System.nanoTime();
        String message = poll();
        while (message == null || message.lines().noneMatch(each -> each.startsWith(line))) {
            boolean isOver = System.nanoTime() - startNs > TIMEOUT_NS || Thread.interrupted();
            assertTrue(!isOver, () -> "there was no " + line);
            if (message == null) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            message = poll();
        }
        return message;
    }

    @Override
    public void close() {
        call("close", fd);
    }
}
