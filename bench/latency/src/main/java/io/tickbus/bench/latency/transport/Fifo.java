// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import java.nio.file.Path;

/** A named pipe: write(2) and a blocking read(2). */
final class Fifo extends KernelTransport {
    private int fd = -1;

    @Override
    public String settings() {
        return "mkfifo, write(2) and a blocking read(2) of 64 bytes, through JNA";
    }

    @Override
    public void openSender(Path directory) {
        KernelCalls.check("mkfifo", KernelCalls.mkfifo(path(directory), KernelCalls.MODE_PRIVATE));
        open(directory);
    }

    private static String path(Path directory) {
        return directory.resolve("fifo").toString();
    }

    @Override
    public void open(Path directory) {
        // Both ways, so that neither end waits for the other here.
        fd = (int) KernelCalls.check("open", KernelCalls.open(path(directory), KernelCalls.O_RDWR, 0));
    }

    @Override
    void handOver(long sequence, long dueNs, long sentNs) {
        fill(sequence, dueNs, sentNs);
        KernelCalls.check("write", KernelCalls.write(fd, message, LENGTH));
    }

    /** Nothing is lost in a pipe, so that the wait needs no end but the process's. */
    @Override
    void take(Reception reception, long untilNs) {
        if (KernelCalls.check("read", KernelCalls.read(fd, message, LENGTH)) == LENGTH) {
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
