// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.platform.PortablePlatform;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.Charset;
import java.nio.file.Path;

/** Allocates a file's pages by fallocate(2), or by writing zeros if the file system does not support that. */
final class FileAllocation {
    private static final int O_WRONLY = 1;
    private static final int O_CLOEXEC = 0x80000;
    private static final int MAX_RETRIES = 100;

    private FileAllocation() {
    }

    static void allocate(Path file, long length, Syscalls syscalls) throws IOException {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1: length=" + length);
        }
        Libc libc = Libc.here();
        int fd = open(libc, file, O_WRONLY | O_CLOEXEC | syscalls.openNoFollow());
        if (fd < 0) {
            throw new IOException("cannot open " + file + ": " + Errno.describe(libc.errno()));
        }
        int errno;
        try {
            errno = fallocate(libc, fd, length);
        } finally {
            libc.close(fd);
        }
        switch (errno) {
            case 0 -> { }
            // EINVAL too: some file systems return it for a mode or an offset that they do not support.
            case Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.EINVAL, Errno.EINTR -> writeZeros(file, length);
            default -> throw failure(file, length, Errno.describe(errno));
        }
    }

    private static int fallocate(Libc libc, int fd, long length) {
        int errno = Errno.EINTR;
        for (int i = 0; i < MAX_RETRIES && errno == Errno.EINTR; i++) {
            errno = libc.fallocate(fd, 0, 0, length) == 0 ? 0 : libc.errno();
        }
        return errno;
    }

    private static void writeZeros(Path file, long length) throws IOException {
        try {
            new PortablePlatform().allocate(file, length);
        } catch (IOException e) {
            IOException failure = failure(file, length, e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private static IOException failure(Path file, long length, String why) {
        return new IOException("cannot allocate length=" + length + " bytes for " + file + ": " + why
                + "; free space there, or choose a smaller size or another directory");
    }

    private static int open(Libc libc, Path file, int flags) {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        NativeBlock path = NativeBlock.of((file.toAbsolutePath() + "\0").getBytes(charset));
        try {
            return libc.open(path.address(), flags, 0);
        } finally {
            Reference.reachabilityFence(path);
        }
    }
}
