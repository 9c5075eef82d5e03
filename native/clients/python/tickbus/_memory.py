# SPDX-License-Identifier: Apache-2.0
"""Mapped memory, and what Python lacks to share it: fences and futexes.

Python has no memory order of its own. On x86-64 a processor makes the loads, and the stores, of a thread visible in
program order; CPython reads and writes a native "q" at an aligned address by one instruction, and the interpreter
reorders nothing. So a load is an acquire, a store is a release, and one fence is missing, which a lock gives. On a
processor with a weaker order this is not so: there only what the compiled fast path does is possible.
"""
from __future__ import annotations

import ctypes
import mmap
import os
import platform
import struct
import sys
import threading
import time
from typing import TypeVar

from ._errors import Code, require

C = TypeVar("C")
now_ns = time.monotonic_ns
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_syscall = _libc.syscall
_FUTEX, _WAKE, _WAIT_BITSET = 202 if platform.machine() == "x86_64" else 98, 1, 9
_fence_lock = threading.Lock()


def check_machine() -> None:
    is_right = sys.platform == "linux" and sys.byteorder == "little" and struct.calcsize("P") == 8
    require(is_right, Code.SYSTEM, f"{sys.platform} {platform.machine()}: a bus is on 64-bit little-endian Linux; use that")
    is_ordered = platform.machine() == "x86_64" and platform.python_implementation() == "CPython"
    require(is_ordered, Code.SYSTEM, f"{platform.machine()} {platform.python_implementation()}: pure Python cannot order its "
            "memory accesses there; use the compiled fast path, CPython on x86-64, or a client in another language")


def fence() -> None:
    """A full fence: taking a lock is an atomic read-modify-write."""
    _fence_lock.acquire()
    _fence_lock.release()


class Closing:
    """What `with` closes."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("ns", ctypes.c_long)]


class Mapping:
    """A mapped file: `bytes`, aligned words `longs` of 8 bytes and `ints` of 4, and a futex word for the kernel."""

    def __init__(self, fd: int, length: int, writable: bool, futex_at: int) -> None:
        stat = os.fstat(fd)
        self.inode = (stat.st_dev, stat.st_ino)
        self.memory = mmap.mmap(fd, length, mmap.MAP_SHARED, mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0))
        self.bytes = memoryview(self.memory)
        self.longs = self.bytes.cast("q")
        self.ints = self.bytes.cast("i")
        # The kernel alone uses this second mapping: a futex belongs to the place in the file.
        self.page = _libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
        self.futex = self.page + futex_at

    def is_named(self, path: str) -> bool:
        return same_file(path, self.inode)

    def sleep(self, value: int, until_ns: int) -> None:
        """Returns when woken, at until_ns, or at once where the futex word has another value."""
        _libc.prctl(29, ctypes.c_ulong(1), 0, 0, 0)  # PR_SET_TIMERSLACK
        until = Timespec(until_ns // 1_000_000_000, until_ns % 1_000_000_000)
        _syscall(ctypes.c_long(_FUTEX), ctypes.c_void_p(self.futex), _WAIT_BITSET, ctypes.c_int(value),
                 ctypes.byref(until), None, ctypes.c_int(-1))

    def wake(self) -> None:
        _syscall(ctypes.c_long(_FUTEX), ctypes.c_void_p(self.futex), _WAKE, ctypes.c_int(0x7FFFFFFF), None, None, 0)

    def close(self) -> None:
        if self.page:
            self.ints.release()
            self.longs.release()
            self.bytes.release()
            self.memory.close()
            _libc.munmap(self.page, 4096)
            self.page = 0


def same_file(path: str, inode: tuple[int, int]) -> bool:
    try:
        stat = os.lstat(path)
    except OSError:
        return False
    return (stat.st_dev, stat.st_ino) == inode
