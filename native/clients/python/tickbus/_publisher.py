# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import fcntl
import os
import struct
import time
import weakref
from typing import Optional

from . import _files as f
from ._errors import Code, TickbusError, at, require
from ._memory import Closing, Mapping, check_machine, fence, now_ns, same_file

_BODY = struct.Struct("qqqiHBBii12si")


class Publisher(Closing):
    """Writes a bus of its own, given by its name or its directory: it is created, continued, or replaced.

    slots is a power of two from 2 to 16,777,216. There is no thread: whoever publishes less often than each
    heartbeat_ns calls heartbeat() in between, or readers have to ask the lock whether the publisher lives.
    """

    def __init__(self, bus: str | os.PathLike[str], *, slots: int = 1 << 16, heartbeat_ns: int = 100 * f.MS) -> None:
        check_machine()
        is_power = 2 <= slots <= f.MOST_SLOTS and slots & (slots - 1) == 0
        require(is_power and heartbeat_ns >= f.MS, Code.ARGUMENT, f"slots={slots} heartbeat_ns={heartbeat_ns}: they must be a "
                f"power of two from 2 to {f.MOST_SLOTS}, and at least {f.MS}; change them")
        self.directory = directory = f.directory_of(bus)
        self._interval_ns = heartbeat_ns
        self._lock_path = directory + "/lock"
        self._lock = -1
        self._file: Optional[Mapping] = None
        self._doorbell: Optional[Mapping] = None
        for path in (os.path.dirname(directory), directory):
            if not os.path.isdir(path):
                with at(path):
                    os.mkdir(path, 0o700)
        f.check_directories(directory, os.geteuid())
        self._take_lock()
        try:
            self._open(slots)
        except BaseException:
            self._release()
            raise

    def _take_lock(self) -> None:
        start = now_ns()
        while True:
            timeout_ns = self._try_lock()
            if self._lock >= 0:
                return
            if now_ns() - start > timeout_ns:
                break
            time.sleep(0.005)
        raise TickbusError(Code.IN_USE, f"{self.directory}: another publishes on this bus; stop it, or use another name")

    def _try_lock(self) -> int:
        """Takes the lock, or returns how long to try again, in ns."""
        path = self._lock_path
        with at(path):
            fd = os.open(path, os.O_RDWR | os.O_CREAT | f.OPEN_FLAGS, 0o600)
        try:
            if f.lock(fd, fcntl.F_OFD_SETLK, fcntl.F_WRLCK) != fcntl.F_UNLCK:
                # Where only a reader's shared lock is in the way, nobody publishes, and it is awaited for longer.
                return (2000 if f.lock(fd, fcntl.F_OFD_GETLK, fcntl.F_RDLCK) == fcntl.F_UNLCK else 100) * f.MS
            stat = os.fstat(fd)
            self._locked = (stat.st_dev, stat.st_ino)
            if same_file(path, self._locked):
                with at(path):
                    os.pwrite(fd, f"pid={os.getpid()} start={_start_ticks()}".ljust(80).encode(), 0)
                self._lock = fd
                _published.add(self)
            return 2000 * f.MS  # else the bus was deleted meanwhile
        finally:
            if self._lock < 0:
                os.close(fd)

    def _open(self, slots: int) -> None:
        path, bell = self.directory + "/signals", self.directory + "/doorbell"
        if not os.path.lexists(bell) or os.lstat(bell).st_mode & 0o077:
            self._new_file("doorbell", f.HEADER).close()
            os.rename(self.directory + "/.new-doorbell", bell)
        self._doorbell = f.open_doorbell(self.directory)
        if not os.path.lexists(path):
            self._create(slots, 0, 1, _random())
            return
        old = f.map_file(path, os.geteuid(), f.SIGNALS_MAGIC, f.VERSION, True, f.signals_length)
        is_of_here = f.is_boot_of(old) and f.is_clock_of(old)
        base, epoch = old.longs[f.BASE], old.longs[f.EPOCH] + 1
        following = _recover(old.longs, old.longs[f.SLOTS], base)
        require(following >= 0 or not is_of_here, Code.TAMPERED, f"{path}: its stamps contradict each other; delete the bus")
        if following < 0:
            following = max(base, old.longs[f.NEXT])
        if is_of_here and old.longs[f.SLOTS] == slots and old.ints[f.OPTIONS] & 3 == f.WAKING:
            self._begin(old, following, epoch)
            return
        self._create(slots, following, epoch, old.longs[f.HISTORY] if is_of_here else _random())
        old.longs[f.NEXT] = following
        old.ints[f.STATE] = f.REPLACED
        _raise(old)
        old.close()

    def _new_file(self, name: str, length: int) -> Mapping:
        path = f"{self.directory}/.new-{name}"
        if os.path.lexists(path):
            os.unlink(path)
        with at(path):
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | f.OPEN_FLAGS, 0o600)
            try:
                os.posix_fallocate(fd, 0, length)
                return Mapping(fd, length, True, 4 * f.WAKE)
            except OSError:
                os.unlink(path)
                raise
            finally:
                os.close(fd)

    def _create(self, slots: int, base: int, epoch: int, history: int) -> None:
        """Makes a file, begins its epoch, and gives it its name last."""
        length = f.HEADER + 64 * slots
        m = self._new_file("signals", length)
        boot, namespace, offset = f.this_host()
        fields = struct.pack("iiiiqqiiqq16sqqq", f.VERSION, f.BYTE_ORDER, f.HEADER, 64, slots, length, f.WAKING, 1, base,
                             history, boot, namespace, offset, time.time_ns() // f.MS * f.MS)
        m.bytes[8:8 + len(fields)] = fields
        self._begin(m, base, epoch)
        m.longs[0] = f.SIGNALS_MAGIC
        with at(self.directory):
            os.rename(self.directory + "/.new-signals", self.directory + "/signals")

    def _begin(self, m: Mapping, following: int, epoch: int) -> None:
        longs, now = m.longs, now_ns()
        self._file, self._longs, self._mask = m, longs, longs[f.SLOTS] - 1
        self.next_sequence = following
        self._beat_at = now + self._interval_ns
        place = 512 + 8 * (following & self._mask)
        if longs[place] == -(following + 1):  # its writer died in it
            m.bytes[8 * place + 8:8 * place + 64] = bytes(56)
        longs[f.INTERVAL], longs[f.HEARTBEAT] = self._interval_ns, now
        m.ints[f.CPU] = -1
        longs[f.DEADLINE], longs[f.NEXT] = f.NO_DEADLINE, following
        identity = (os.getpid(), _start_ticks(), f.inode("/proc/self/ns/pid"), now, following)
        for i, value in enumerate(identity):
            longs[f.PID + i] = value
        longs[f.EPOCH] = epoch
        m.ints[f.STATE] = f.OPEN

    def publish(self, signal_id: int, key: int = 0, payload: bytes = b"") -> int:
        """Writes one signal, whose payload has 12 bytes at most, and returns its sequence."""
        now, sequence = now_ns(), self.next_sequence
        if len(payload) > 12:
            raise TickbusError(Code.ARGUMENT, f"payload={len(payload)} bytes: a signal carries 12 at most; send less")
        if now >= self._beat_at:
            self.heartbeat()
        try:
            body = _BODY.pack(now, now, key, signal_id, 0, 0, len(payload), 0, 0, payload, 0)
        except struct.error as e:
            raise TickbusError(Code.ARGUMENT, f"signal_id={signal_id} key={key}: they have 32 and 64 bits; change them") from e
        file, longs, place = self._file, self._longs, 512 + 8 * (sequence & self._mask)
        assert file
        longs[place] = -(sequence + 1)
        file.bytes[8 * place + 8:8 * place + 64] = body
        longs[place] = self.next_sequence = sequence + 1
        longs[f.NEXT] = sequence + 1
        bell = self._doorbell
        if bell and not file.ints[f.OPTIONS] & f.UNASKED:
            fence()  # the signal is there before the flag is loaded
            if not bell.ints[f.PARKED]:
                return sequence
            bell.ints[f.PARKED] = 0
        _raise(file)
        return sequence

    def heartbeat(self) -> None:
        """Tells readers that this publisher lives; fails, and closes, where its bus was deleted."""
        file = self._file
        if file is None:
            raise TickbusError(Code.ARGUMENT, f"{self.directory}: its publisher is closed; open it again")
        now = now_ns()
        self._beat_at = now + self._interval_ns
        file.longs[f.HEARTBEAT] = now
        if not (file.is_named(self.directory + "/signals") and same_file(self._lock_path, self._locked)):
            self.close()
            raise TickbusError(Code.ABSENT, f"{self.directory}: the bus was deleted while it was published on; open it again")
        fresh = f.open_doorbell(self.directory)  # restores what somebody has shortened
        if self._doorbell:
            self._doorbell.close()
        self._doorbell = fresh

    def close(self) -> None:
        """Marks the bus as closed, wakes its readers and releases the lock. The files stay and can be opened again."""
        if self._file:
            self._file.longs[f.DEADLINE] = f.NO_DEADLINE
            self._file.ints[f.STATE] = f.CLOSED
            _raise(self._file)
        self._release()

    def _release(self) -> None:
        for m in (self._file, self._doorbell):
            if m:
                m.close()
        self._file = self._doorbell = None
        self._beat_at = 0
        self._unlock()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


# A child by fork() has the descriptor, too, and would keep the bus when this process has ended.
_published: weakref.WeakSet[Publisher] = weakref.WeakSet()
os.register_at_fork(after_in_child=lambda: [publisher._unlock() for publisher in list(_published)])


def _raise(m: Mapping) -> None:
    m.ints[f.WAKE] = (m.ints[f.WAKE] + 1 + (1 << 31)) % (1 << 32) - (1 << 31)
    m.wake()


def _random() -> int:
    return int.from_bytes(os.urandom(8), "little", signed=True)


def _start_ticks() -> int:
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        return int(file.read().rsplit(")", 1)[1].split()[19])


def _recover(longs: memoryview, slots: int, base: int) -> int:
    """The next sequence to be written, from the stamps alone; -1: they contradict each other."""
    stamps = longs[512::8].tolist()
    following = max(base, *stamps)
    for i, stamp in enumerate(stamps):
        s = following - 1 - (following - 1 - i & slots - 1)
        is_half_written = i == following & slots - 1 and stamp == -(following + 1)
        if stamp != (s + 1 if s >= base else 0) and not is_half_written:
            return -1
    return following
