# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import os
import struct
from enum import Enum, IntFlag
from typing import AsyncIterator, Generic, Iterator, NamedTuple, Optional, TypeVar

from . import _files as f
from ._errors import Code, TickbusError
from ._memory import Closing, Mapping, check_machine, fence, now_ns

RECORD = struct.Struct("qqqqiHBBii12si")
GUARD_NS, LATE_SPIN_NS = 150_000, 100_000
T = TypeVar("T")


class Flag(IntFlag):
    """Flags of a signal."""

    LATE = 0x01  # the timer fired later than its grace allows
    COALESCED = 0x02  # `missed` further occurrences are part of this signal
    RECOVERED = 0x04  # the timer was recovered after a restart
    MAYBE_DUPLICATE = 0x08  # it may have been published before
    LAST = 0x10  # the timer will not fire again


class Signal(NamedTuple):
    """A copy of one record."""

    sequence: int
    published_ns: int
    deadline_ns: int
    key: int
    signal_id: int
    owner: int  # the client that armed the timer; 0: the publisher
    flags: int
    occurrence: int
    generation: int
    payload: bytes
    missed: int  # further occurrences that this signal stands for
    lost: int  # how many signals were lost directly before this one


class Mode(Enum):
    """How to wait."""

    PREDICT = "sleeps until shortly before the next timer is due, then spins"
    PARK = "sleeps until woken"
    SPIN = "never sleeps"


class Status(Enum):
    """Whether a bus's publisher is alive."""

    ALIVE = "it gives heartbeats"
    CLOSED = "it shut down cleanly and all was read"
    STALLED = "it gives no heartbeat but holds its lock"
    DEAD = "it ended without closing"


class Source(Closing, Generic[T]):
    """What can be polled, waited for and iterated, with `for` and with `async for`; it ends only by an error."""

    def poll(self) -> Optional[T]:
        raise NotImplementedError

    def _prepare(self, timeout: float) -> int:
        """When to sleep until; 0: not at all."""
        raise NotImplementedError

    def _sleep(self, until_ns: int) -> None:
        raise NotImplementedError

    def wait(self, timeout: float = 0.05) -> None:
        """Returns when there may be something to poll, or after that many seconds, 0.05 at most."""
        until_ns = self._prepare(timeout)
        if until_ns:
            self._sleep(until_ns)

    def __iter__(self) -> Iterator[T]:
        while True:
            item = self.poll()
            if item is None:
                self.wait()
            else:
                yield item

    async def __aiter__(self) -> AsyncIterator[T]:
        loop = asyncio.get_running_loop()
        while True:
            item = self.poll()
            if item is not None:
                yield item
                continue
            until_ns = self._prepare(0.05)
            if until_ns:  # in a thread of the loop's pool, as nothing else can sleep on a futex
                await loop.run_in_executor(None, self._sleep, until_ns)


class Subscription(Source[Signal]):
    """Reads a bus, given by its name or its directory, and follows it through restarts and replacements.

    oldest: join at the oldest signal that is there and not at the newest; owner: id of a user that the bus may belong
    to besides the caller. copied + lost + absent = next_sequence - first, always; all four begin again with `rejoined`.
    """

    def __init__(self, bus: str | os.PathLike[str], *, oldest: bool = False, mode: Mode = Mode.PREDICT,
                 owner: Optional[int] = None) -> None:
        check_machine()
        self.directory = f.directory_of(bus)
        self.mode = mode
        self.owner = os.geteuid() if owner is None else owner
        self.lost = 0
        self.absent = 0  # sequences without a signal, because a relay passes on some ids only
        self.rejoined = 0  # how often another bus had this name, from whose first signal all is counted again
        self.epochs = 0  # restarts and replacements that were followed
        self._before = 0  # lost since the signal that was read last
        self._headroom = self._idle = self._check_at = 0
        self._status = Status.ALIVE
        self._file: Mapping
        self._doorbell: Optional[Mapping] = None
        self._attach()
        self._epoch = self._longs[f.EPOCH]
        self._join(oldest)

    def _attach(self) -> None:
        m = f.attach(self.directory, self.owner)
        self.close()
        self._file, self._bytes, self._longs, self._ints = m, m.bytes, m.longs, m.ints
        self._slots, self._base = m.longs[f.SLOTS], m.longs[f.BASE]
        self._mask = self._slots - 1
        self._attach_doorbell()

    def _attach_doorbell(self) -> None:
        if self._doorbell:
            self._doorbell.close()
        is_asked = self._ints[f.OPTIONS] & (f.WAKING | f.UNASKED) == f.WAKING
        self._doorbell = f.open_doorbell(self.directory) if is_asked else None

    def _join(self, oldest: bool) -> None:
        following = self._longs[f.NEXT]
        self.next_sequence = max(self._base, following - self._slots + 1) if oldest else following

    def close(self) -> None:
        """Unmaps the bus."""
        for m in (getattr(self, "_file", None), self._doorbell):
            if m:
                m.close()
        self._doorbell = None

    def poll(self) -> Optional[Signal]:
        """The next signal; None, at once, where there is no other."""
        while True:
            q = self.next_sequence
            place = q & self._mask
            (stamp, published, deadline, key, signal_id, owner, flags, length, occurrence, generation, payload,
             missed) = RECORD.unpack_from(self._bytes, 4096 + 64 * place)
            if stamp == q + 1 == self._longs[512 + 8 * place]:
                if flags & 0x60:
                    self._pass_over(q, flags, key)
                    continue
                lost, self._before = self._before, 0
                self._headroom = self._idle = 0
                self.next_sequence = q + 1
                return Signal(q, published, deadline, key, signal_id, owner, flags, occurrence, generation,
                              payload[:length], missed if flags & 2 else 0, lost)
            if stamp == q + 1 or stamp > q + 1 or stamp < -(q + 1):
                self._skip(q)
                continue
            self._idle += 1
            if self._idle & 63 or now_ns() < self._check_at:
                return None
            self._check()
            if not self._has_news():
                return None

    def _skip(self, q: int) -> None:
        begun = abs(self._longs[512 + 8 * (q & self._mask)]) - 1
        following = self._longs[f.NEXT]  # after the stamp
        if begun <= q or begun - q & self._mask or not begun - 1 <= following <= f.MOST_SEQUENCE:
            raise TickbusError(Code.TAMPERED, f"{self.directory}: its stamps contradict each other; delete the bus")
        oldest = max(self._base, following - self._slots + 1)
        self._lose(max(q + 1, min(oldest + self._headroom, following)))
        self._headroom = min(max(16, 2 * self._headroom), self._slots // 2)

    def _pass_over(self, q: int, flags: int, key: int) -> None:
        """What a relay writes where it has no signal: LOST or ABSENT."""
        if flags & 0x40:
            self._lose(max(q + 1, min(key, self._longs[f.NEXT])))
        else:
            self.absent += 1
            self.next_sequence = q + 1

    def _lose(self, to: int) -> None:
        self.lost += to - self.next_sequence
        self._before += to - self.next_sequence
        self.next_sequence = to

    def _has_news(self) -> bool:
        q = self.next_sequence
        stamp = self._longs[512 + 8 * (q & self._mask)]
        return stamp > q or stamp < -(q + 1)

    def _prepare(self, timeout: float) -> int:
        now = now_ns()
        if self._has_news():
            return 0
        if now >= self._check_at or self._ints[f.STATE] == f.REPLACED:
            self._check()
            return 0
        return now + int(min(timeout * 1e9, f.CHECK_NS))

    def _sleep(self, until_ns: int) -> None:
        due = self._longs[f.DEADLINE]  # before the slot: so a deadline that is the next one implies a signal
        now = now_ns()
        if self._has_news():
            return
        if self.mode is Mode.SPIN:
            self._spin(until_ns, -1)
        elif self.mode is Mode.PARK or (due != f.NO_DEADLINE and now - due > LATE_SPIN_NS):
            self._park(until_ns, -1)
        elif due == f.NO_DEADLINE:
            self._park(until_ns, due)
        elif now < due - GUARD_NS:
            self._park(min(until_ns, due - GUARD_NS), due)
        else:
            self._spin(min(until_ns, due + LATE_SPIN_NS), due)

    def _spin(self, until_ns: int, due: int) -> None:
        while not self._has_news() and (due == -1 or self._longs[f.DEADLINE] == due) and now_ns() < until_ns:
            pass

    def _park(self, until_ns: int, planned: int) -> None:
        options = self._ints[f.OPTIONS]  # bit 2 may be set at a later epoch
        value = self._ints[f.WAKE]
        bell = None if options & f.UNASKED else self._doorbell
        if bell:
            bell.ints[f.PARKED] = 1
            fence()  # announced before the slot is loaded once more
        if self._has_news() or self._longs[f.DEADLINE] < planned:
            return
        if options & f.WAKING != f.WAKING or not (bell or options & f.UNASKED):
            until_ns = min(until_ns, now_ns() + f.MS)
        self._file.sleep(value, until_ns)

    def status(self) -> Status:
        """Whether the publisher is alive; CLOSED only when all was read."""
        self._check()
        return self._status

    def _check(self) -> None:
        """Follows what happened to the publisher: its epoch, its state, its liveness, another file of the same name."""
        now = now_ns()
        self._check_at = now + f.CHECK_NS
        state = self._ints[f.STATE]  # before the slot's stamp
        if self._longs[f.EPOCH] != self._epoch:
            self._epoch = self._longs[f.EPOCH]
            self.epochs += 1
            self._attach_doorbell()
        limit = max(250 * f.MS, 5 * self._longs[f.INTERVAL])
        path = self.directory + "/signals"
        if state == f.OPEN and now - self._longs[f.HEARTBEAT] < limit:
            self._status = Status.ALIVE
        elif self._has_news():
            pass
        elif f.inode(path) and not self._file.is_named(path):
            self._follow()
        elif state != f.OPEN:
            self._status = Status.CLOSED
        elif f.is_locked(self.directory + "/lock"):
            self._status = Status.STALLED
        else:
            self._status = Status.CLOSED if self._ints[f.STATE] == f.CLOSED else Status.DEAD

    def _follow(self) -> None:
        history = self._longs[f.HISTORY]
        self._attach()
        self._epoch = self._longs[f.EPOCH]
        self.epochs += 1
        if self._longs[f.HISTORY] != history:
            self._join(True)  # another bus under the same name
            self.rejoined += 1
            self.lost = self.absent = self._before = 0
        elif self.next_sequence < self._base:
            self._lose(self._base)
        self._check_at = 0
