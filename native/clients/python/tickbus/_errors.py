# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from enum import Enum
from typing import Iterator


class Code(Enum):
    """What is wrong, for programs; the names are the same in every language."""

    ABSENT = "no such bus, or no daemon on it"
    NOT_A_BUS = "a wrong magic number, a link, or no regular file"
    BYTE_ORDER = "the other byte order"
    VERSION = "another version of the layout, or of the daemon's messages"
    GEOMETRY = "other lengths of header or record"
    TRUNCATED = "shorter or longer than the header says"
    TAMPERED = "contents that contradict each other, or the format's limits"
    ANOTHER_BOOT = "from before the host was booted"
    ANOTHER_TIME_NAMESPACE = "a clock with another offset"
    PERMISSION = "of another user, writable by everybody, or not accessible"
    IN_USE = "another publishes on this bus"
    DISCONNECTED = "the daemon has ended, or has rejected or evicted this client"
    NO_ROOM = "nothing was sent: read replies first"
    NO_SPACE = "the file system is full"
    OPEN_FILES = "this process has too many open files"
    ARGUMENT = "an argument is out of its range"
    SYSTEM = "any other failed call"


class TickbusError(Exception):
    """One sentence: what failed, why, and what to do. `code` is for programs."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


def require(condition: object, code: Code, text: str) -> None:
    if not condition:
        raise TickbusError(code, text)


_CAUSES = {
    errno.ENOENT: (Code.ABSENT, "start its publisher first"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), (Code.PERMISSION, "run as the user who owns the bus")),
    **dict.fromkeys((errno.ELOOP, errno.ENOTDIR, errno.EISDIR), (Code.NOT_A_BUS, "give a bus's directory, without links")),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), (Code.OPEN_FILES, "raise its limit with ulimit -n")),
    errno.ENOSPC: (Code.NO_SPACE, "free some space or use fewer slots"),
}


@contextmanager
def at(path: str) -> Iterator[None]:
    """Turns a failed call into a TickbusError that names the path."""
    try:
        yield
    except OSError as e:
        code, remedy = _CAUSES.get(e.errno or 0, (Code.SYSTEM, "check the path and the limits of this process"))
        raise TickbusError(code, f"{path}: {os.strerror(e.errno or 0)}; {remedy}") from e
