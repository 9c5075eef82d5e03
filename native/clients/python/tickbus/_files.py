# SPDX-License-Identifier: Apache-2.0
"""Opening a bus's files, with every check before anything is believed."""
from __future__ import annotations

import fcntl
import os
import re
import stat
import struct
from typing import Callable, Optional

from ._errors import Code, TickbusError, at, require
from ._memory import Mapping

VERSION, REPLIES_VERSION, HEADER, MOST_SLOTS, BYTE_ORDER = 2, 3, 4096, 1 << 24, 0x0A0B0C0D
SIGNALS_MAGIC, REPLIES_MAGIC = 0x314749534B434954, 0x315045524B434954
MS = 1_000_000
CHECK_NS = 50 * MS  # between two checks of the publisher; nobody sleeps longer
NO_DEADLINE = (1 << 63) - 1
MOST_SEQUENCE = 1 << 62  # so that none overflows
# Words of 8 bytes in the header of signals.
SLOTS, BASE, HISTORY, BOOT, TIME_NAMESPACE, EPOCH, PID, EPOCH_SEQUENCE = 3, 6, 7, 8, 10, 16, 17, 21
HEARTBEAT, INTERVAL, DEADLINE, NEXT = 24, 25, 32, 64
# Words of 4 bytes there, and one in doorbell.
OPTIONS, STATE, CPU, WAKE, PARKED = 10, 44, 52, 96, 32
WAKING, UNASKED = 3, 4
OPEN, CLOSED, REPLACED = 1, 2, 3
OPEN_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_START = struct.Struct("<qiiiiqqiiq")


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def directory_of(bus: str | os.PathLike[str]) -> str:
    """A bus is given by its name, or by its path, which contains a slash."""
    name = os.fspath(bus)
    if "/" in name:
        return os.path.abspath(name)
    require(is_name(name), Code.ARGUMENT, f"bus '{name}': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another")
    return os.path.join(os.environ.get("TICKBUS_DIR") or _root(), name)


def _root() -> str:
    """Where this user's buses are by default: elsewhere where somebody else has taken the place."""
    root, runtime = f"/dev/shm/tickbus-{os.geteuid()}", os.environ.get("XDG_RUNTIME_DIR", "")
    is_taken = os.path.lexists(root) and os.lstat(root).st_uid != os.geteuid()
    is_usable = runtime.startswith("/") and os.path.exists(runtime) and os.stat(runtime).st_uid == os.geteuid()
    return runtime + "/tickbus" if is_taken and is_usable else root


def is_trusted(uid: int, owner: int) -> bool:
    return uid in (os.geteuid(), owner)


def check_directories(directory: str, owner: int) -> None:
    for path in (os.path.dirname(directory), directory):
        with at(path):
            s = os.lstat(path)
        require(stat.S_ISDIR(s.st_mode), Code.NOT_A_BUS, f"{path}: it is not a directory; give a bus's")
        is_open = s.st_mode & stat.S_IWOTH and not s.st_mode & stat.S_ISVTX
        require(not is_open and (s.st_uid == 0 or is_trusted(s.st_uid, owner)), Code.PERMISSION,
                f"{path}: it is user {s.st_uid}'s with mode {s.st_mode & 0o7777:o}; use a directory that no other can write")


def map_file(path: str, owner: int, magic: int, expected: int, writable: bool, length_of: Callable[[bytes], int]) -> Mapping:
    """Maps a file after the checks that signals and replies have in common. length_of is the length that the header
    implies; 0 for a header that is wrong."""
    with at(path):
        fd = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | OPEN_FLAGS)
    try:
        s = os.fstat(fd)
        require(stat.S_ISREG(s.st_mode), Code.NOT_A_BUS, f"{path}: it is not a regular file; delete it")
        require(is_trusted(s.st_uid, owner), Code.PERMISSION, f"{path}: it is user {s.st_uid}'s; name the bus's owner")
        header = os.pread(fd, HEADER, 0)
        require(len(header) == HEADER, Code.TRUNCATED,
                f"{path}: its {s.st_size} bytes are no whole header; start its publisher again")
        found, version, order, header_bytes, record_bytes, slots, length, *_ = _START.unpack_from(header)
        is_swapped = header[:8] == magic.to_bytes(8, "big")
        require(not is_swapped and (found != magic or order == BYTE_ORDER), Code.BYTE_ORDER,
                f"{path}: byteOrder={order:#x} is another machine's; use a bus of this machine")
        require(found == magic, Code.NOT_A_BUS, f"{path}: magic={found:#x} is not a bus's; give a bus's directory")
        require(version == expected, Code.VERSION,
                f"{path}: layoutVersion={version} and not {expected}; use the same release on both sides")
        require((header_bytes, record_bytes) == (HEADER, 64), Code.GEOMETRY,
                f"{path}: its header or records have other lengths; start its publisher again")
        is_power = 2 <= slots <= MOST_SLOTS and slots & (slots - 1) == 0
        implied = length_of(header) if is_power else 0
        require(implied, Code.TAMPERED, f"{path}: its header is wrong, slotCount={slots}; start its publisher again")
        require(s.st_size == length == implied, Code.TRUNCATED,
                f"{path}: it has {s.st_size} bytes and not {implied}; start its publisher again")
        with at(path):
            return Mapping(fd, length, writable, 4 * WAKE)
    finally:
        os.close(fd)


def signals_length(header: bytes) -> int:
    *_, slots, _length, _options, clock, base = _START.unpack_from(header)
    return HEADER + 64 * slots if clock == 1 and 0 <= base <= MOST_SEQUENCE else 0


def this_host() -> tuple[bytes, int, int]:
    """The boot, the time namespace, and its offset in ns."""
    boot, offset = bytes(16), 0
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = bytes.fromhex(file.read().strip().replace("-", ""))
        with open("/proc/self/timens_offsets", encoding="ascii") as file:
            for line in file:
                name, seconds, ns = line.split()
                offset = int(seconds) * 1_000_000_000 + int(ns) if name == "monotonic" else offset
    except OSError:
        pass
    return boot, inode("/proc/self/ns/time"), offset


def inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def is_boot_of(m: Mapping) -> bool:
    here, there = this_host()[0], bytes(m.bytes[8 * BOOT:8 * BOOT + 16])
    return here == there or bytes(16) in (here, there)


def is_clock_of(m: Mapping) -> bool:
    return m.longs[TIME_NAMESPACE + 1] == this_host()[2]


def attach(directory: str, owner: int) -> Mapping:
    """Maps signals read-only after every check."""
    check_directories(directory, owner)
    path = directory + "/signals"
    m = map_file(path, owner, SIGNALS_MAGIC, VERSION, False, signals_length)
    try:
        require(is_boot_of(m), Code.ANOTHER_BOOT, f"{path}: it is from before the last boot; start its publisher again")
        require(is_clock_of(m), Code.ANOTHER_TIME_NAMESPACE,
                f"{path}: its clock is another time namespace's; run in its publisher's")
        following, base, slots = m.longs[NEXT], m.longs[BASE], m.longs[SLOTS]
        is_sound = following == base or (
            base < following <= MOST_SEQUENCE and abs(m.longs[512 + 8 * (following - 1 & slots - 1)]) >= following)
        require(is_sound, Code.TAMPERED, f"{path}: its contents contradict each other; delete the bus")
    except TickbusError:
        m.close()
        raise
    return m


def open_doorbell(directory: str) -> Optional[Mapping]:
    """None where there is none, or none that this user may write."""
    try:
        fd = os.open(directory + "/doorbell", os.O_RDWR | OPEN_FLAGS)
    except OSError:
        return None
    try:
        os.pwrite(fd, b"\0", HEADER - 1)  # brings back what somebody has shortened
        return Mapping(fd, HEADER, True, 0)
    except OSError:
        return None
    finally:
        os.close(fd)


def lock(fd: int, command: int, kind: int) -> int:
    """Asks for a lock of the first byte, or takes it: the type of the one in the way, F_UNLCK where there is none. It is
    the descriptor's: no other one of this process that is closed can release it."""
    flock = struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 1, 0)
    try:
        flock = fcntl.fcntl(fd, command, flock)
    except BlockingIOError:
        return fcntl.F_WRLCK
    return struct.unpack_from("h", flock)[0] if command == fcntl.F_OFD_GETLK else fcntl.F_UNLCK


def is_locked(path: str) -> bool:
    """Whether a publisher holds a bus's lock."""
    try:
        fd = os.open(path, os.O_RDONLY | OPEN_FLAGS)
    except OSError as e:
        return not isinstance(e, FileNotFoundError)
    try:
        return lock(fd, fcntl.F_OFD_GETLK, fcntl.F_RDLCK) != fcntl.F_UNLCK
    finally:
        os.close(fd)
