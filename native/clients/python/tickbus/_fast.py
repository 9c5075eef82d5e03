# SPDX-License-Identifier: Apache-2.0
"""The fast path: a subscription by tickbus.h, compiled, which copies up to 256 signals a call."""
from __future__ import annotations

import ctypes
import os
import pathlib
import threading
from typing import Any, Iterator, Optional

from . import _files as f
from ._errors import Code, TickbusError
from ._memory import now_ns
from ._subscription import RECORD, Mode, Signal, Source, Status

_BATCH = 256
_MODES = {Mode.SPIN: 0, Mode.PREDICT: 1, Mode.PARK: 2}
_STATUSES = (Status.ALIVE, Status.STALLED, Status.DEAD, Status.CLOSED)


def load() -> Any:
    """The library: None where nobody compiled it, or TICKBUS_FAST is `off`; that variable may also name it."""
    built = [str(path) for path in pathlib.Path(__file__).parent.glob("_native*.so")]
    path = os.environ.get("TICKBUS_FAST") or (built[0] if built else "off")
    if path == "off":
        return None
    library: Any = ctypes.CDLL(path)
    for name, returned, arguments in (
            ("size", ctypes.c_int64, []), ("detach", None, [ctypes.c_void_p]), ("check", ctypes.c_int, [ctypes.c_void_p]),
            ("attach", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_int]),
            ("poll", ctypes.c_int64, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]),
            ("wait", ctypes.c_int, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int64]),
            ("field", ctypes.c_int64, [ctypes.c_void_p, ctypes.c_int]),
            ("name", ctypes.c_char_p, [ctypes.c_int]), ("text", ctypes.c_char_p, [ctypes.c_int])):
        function = getattr(library, "tickbus_" + name)
        function.restype, function.argtypes = returned, arguments
    return library


class FastSubscription(Source[Signal]):
    """As Subscription. Its memory is one thread's at a time: a task that is cancelled leaves its sleep behind, in a thread
    of the loop's pool, for up to 50 ms, and what is called meanwhile waits for that."""

    def __init__(self, library: Any, bus: str | os.PathLike[str], *, oldest: bool = False, mode: Mode = Mode.PREDICT,
                 owner: Optional[int] = None) -> None:
        self.directory, self.mode, self._library = f.directory_of(bus), mode, library
        self._lock = threading.RLock()
        self._memory = ctypes.create_string_buffer(library.tickbus_size() + 64)
        self._at = (ctypes.addressof(self._memory) + 63) & ~63
        self._records = ctypes.create_string_buffer(64 * _BATCH)
        self._gaps = (ctypes.c_int64 * (2 * _BATCH + 2))()  # lost and absent before each record
        self._batch: Iterator[Signal] = iter(())
        self._delivered = self._pending = 0  # losses told with a signal, and not yet
        self.rejoined = 0  # how often another bus had this name, from whose first signal all is counted again
        self.absent = 0  # sequences without a signal, because a relay passes on some ids only
        self._is_open = False
        self._check(library.tickbus_attach(self._at, self.directory.encode(), os.geteuid() if owner is None else owner, oldest))
        self._is_open = True
        self.next_sequence = self._field(0)

    def _field(self, number: int) -> int:
        with self._lock:
            self._require_open()
            return self._library.tickbus_field(self._at, number)

    def _require_open(self) -> None:
        if not self._is_open:
            raise TickbusError(Code.ARGUMENT, f"{self.directory}: the subscription is closed; make another")

    def _check(self, result: int) -> int:
        if result < 0:
            name, text = (function(result).decode() for function in (self._library.tickbus_name, self._library.tickbus_text))
            raise TickbusError(Code[name], f"{self.directory}: {text.replace(': ', '; ')}")
        return result

    @property
    def lost(self) -> int:
        return self._delivered + self._pending

    @property
    def epochs(self) -> int:
        return self._field(1)

    def status(self) -> Status:
        """Whether the publisher is alive; CLOSED only when all was read."""
        with self._lock:
            self._require_open()
            self._check(self._library.tickbus_check(self._at))
            return _STATUSES[self._field(2)]

    def poll(self) -> Optional[Signal]:
        """The next signal; None, at once, where there is no other."""
        signal = next(self._batch, None)
        if signal is None:
            with self._lock:
                self._require_open()
                count = self._library.tickbus_poll(self._at, self._records, self._gaps, _BATCH)
                following, rejoined = self._field(0), self._field(3)
            if rejoined != self.rejoined:
                self.rejoined = rejoined
                self._delivered = self._pending = self.absent = 0
            if count > 0:
                self._batch = self._signals(count)
                return next(self._batch)
            self._check(count)
            self._pending += self._gaps[0]
            self.absent += self._gaps[1]
            self.next_sequence = following
        return signal

    def _signals(self, count: int) -> Iterator[Signal]:
        gaps = list(self._gaps[:2 * count + 2])
        records = RECORD.iter_unpack(memoryview(self._records)[:64 * count])
        for before, absent, (stamp, published, deadline, key, signal_id, owner, flags, length, occurrence, generation, payload,
                     missed) in zip(gaps[::2], gaps[1::2], records):
            self.absent += absent
            before += self._pending
            self._delivered += before
            self._pending = 0
            self.next_sequence = stamp
            yield Signal(stamp - 1, published, deadline, key, signal_id, owner, flags, occurrence, generation,
                         payload[:length], missed if flags & 2 else 0, before)
        self._pending = gaps[-2]
        self.absent += gaps[-1]

    def _prepare(self, timeout: float) -> int:
        return now_ns() + int(min(timeout * 1e9, f.CHECK_NS))

    def _sleep(self, until_ns: int) -> None:
        with self._lock:
            self._require_open()
            self._check(self._library.tickbus_wait(self._at, _MODES[self.mode], until_ns))

    def close(self) -> None:
        """Unmaps the bus."""
        with self._lock:
            if self._is_open:
                self._library.tickbus_detach(self._at)
            self._is_open, self._batch = False, iter(())
