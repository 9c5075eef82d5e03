// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Datagrams to Unix sockets, which Java does not have. Source: unix(7), send(2). */
final class UnixDatagram {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int FAMILY_LENGTH = 2;
    private static final int MAX_NAME_LENGTH = 108;

    private UnixDatagram() {
    }

    static void send(String address, byte[] message, Syscalls syscalls) throws IOException {
        Libc libc = Libc.here();
        NativeBlock target = NativeBlock.of(socketAddress(address));
        NativeBlock content = NativeBlock.of(message);
        long fd = libc.syscall(syscalls.socket(), AF_UNIX, SOCK_DGRAM_CLOEXEC, 0, 0, 0, 0);
        if (fd < 0) {
            throw new IOException("no socket can be made: " + Errno.describe(libc.errno()));
        }
        try {
            long sent = libc.syscall(syscalls.sendto(), fd, content.address(), content.length(),
                    MSG_DONTWAIT_NOSIGNAL, target.address(), target.length());
            if (sent < 0) {
                throw new IOException("the socket " + address + " cannot be sent to: " + Errno.describe(libc.errno()));
            }
        } finally {
            Reference.reachabilityFence(target);
            Reference.reachabilityFence(content);
            libc.close((int) fd);
        }
    }

    /** A sockaddr_un. An abstract name begins with a zero byte and ends with the address; a path ends with one. */
    private static byte[] socketAddress(String address) throws IOException {
        boolean isAbstract = address.startsWith("@");
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        int length = isAbstract ? name.length : name.length + 1;
        boolean isNamed = (isAbstract || address.startsWith("/")) && name.length > 1;
        if (!isNamed || length > MAX_NAME_LENGTH) {
            throw new IOException("a Unix socket is named by a path from / on, or by @ and an abstract name, of less "
                    + "than " + MAX_NAME_LENGTH + " bytes: address=" + address);
        }
        ByteBuffer bytes = ByteBuffer.allocate(FAMILY_LENGTH + length).order(ByteOrder.nativeOrder());
        bytes.putShort(AF_UNIX).put(name);
        if (isAbstract) {
            bytes.put(FAMILY_LENGTH, (byte) 0);
        }
        return bytes.array();
    }
}
