// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.platform.PortablePlatform;
import java.io.IOException;
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
        int fd = Libc.open(nativePath(file), O_WRONLY | O_CLOEXEC | syscalls.openNoFollow(), 0);
        if (fd < 0) {
            throw new IOException("cannot open " + file + ": " + Errno.describe(Libc.errno()));
        }
        int errno;
        try {
            errno = fallocate(fd, length);
        } finally {
            Libc.close(fd);
        }
        switch (errno) {
            case 0 -> { }
            // EINVAL too: some file systems return it for a mode or an offset that they do not support.
            case Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.EINVAL, Errno.EINTR -> writeZeros(file, length);
            default -> throw failure(file, length, Errno.describe(errno));
        }
    }

    private static int fallocate(int fd, long length) {
        int errno = Errno.EINTR;
        for (int i = 0; i < MAX_RETRIES && errno == Errno.EINTR; i++) {
            errno = Libc.fallocate(fd, 0, 0, length) == 0 ? 0 : Libc.errno();
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

    private static byte[] nativePath(Path file) {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        return (file.toAbsolutePath() + "\0").getBytes(charset);
    }
}
