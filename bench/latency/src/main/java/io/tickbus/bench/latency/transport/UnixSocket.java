// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A Unix domain socket of datagrams: write(2) and a blocking read(2). */
final class UnixSocket extends KernelTransport {
    private static final int ADDRESS_LENGTH = 110;
    private static final int PATH = 2;
    private static final long TIMEOUT_US = 100_000;

    private Path directory;
    private int fd = -1;
    private boolean isConnected;

    @Override
    public String settings() {
        return "AF_UNIX SOCK_DGRAM, write(2) and a blocking read(2) of 64 bytes, through JNA";
    }

    private Memory address() {
        Memory address = new Memory(ADDRESS_LENGTH);
        address.clear();
        address.setShort(0, (short) KernelCalls.AF_UNIX);
        byte[] path = directory.resolve("socket").toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= ADDRESS_LENGTH - PATH) {
            throw new IllegalStateException("the path of the socket is too long: path=" + directory);
        }
        address.write(PATH, path, 0, path.length);
        return address;
    }

    @Override
    public void open(Path newDirectory) {
        directory = newDirectory;
        fd = (int) KernelCalls.check("socket", KernelCalls.socket(KernelCalls.AF_UNIX, KernelCalls.SOCK_DGRAM, 0));
    }

    @Override
    public void openReceiver(Path newDirectory) {
        open(newDirectory);
        KernelCalls.check("bind", KernelCalls.bind(fd, address(), ADDRESS_LENGTH));
        try (Memory timeout = new Memory(2L * Long.BYTES)) {
            timeout.setLong(0, 0);
            timeout.setLong(Long.BYTES, TIMEOUT_US);
            KernelCalls.check("setsockopt", KernelCalls.setsockopt(fd, KernelCalls.SOL_SOCKET,
                    KernelCalls.SO_RCVTIMEO, timeout, 2 * Long.BYTES));
        }
    }

    @Override
    public void send(Burst burst) {
        if (!isConnected) {
            KernelCalls.check("connect", KernelCalls.connect(fd, address(), ADDRESS_LENGTH));
            isConnected = true;
        }
        super.send(burst);
    }

    @Override
    void handOver(long sequence, long dueNs, long sentNs) {
        fill(sequence, dueNs, sentNs);
        KernelCalls.check("write", KernelCalls.write(fd, message, LENGTH));
    }

    @Override
    void take(Reception reception, long untilNs) {
        if (KernelCalls.read(fd, message, LENGTH) == LENGTH) {
            takeMessage(reception);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            KernelCalls.close(fd);
        }
    }
}
