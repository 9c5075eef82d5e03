# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import socket
import stat
import struct
import time
from collections import deque
from enum import IntEnum, IntFlag
from typing import NamedTuple, Optional

from . import _files as f
from ._errors import Code, TickbusError, at, require
from ._memory import Mapping, now_ns
from ._subscription import RECORD, Flag, Mode, Signal, Source, Status, Subscription

_CONTROL_MAGIC = 0x314C54434B434954
_ARM, _CANCEL, _PAUSE, _RESUME, _LIST = 1, 2, 3, 4, 5
_PER_LIST = 64
_COMMAND = struct.Struct("qqqqiBBBBII12si")
_REPLY = struct.Struct("qqqqqBBHiqq")
_HELLO = struct.Struct("qiiqq16siiq64s")
_WELCOME = struct.Struct("qiiqq16siiqi")


class Misfire(IntEnum):
    """What becomes of an occurrence that is later than the grace."""

    FIRE_ONCE = 0  # one signal for all that are late
    SKIP = 1  # none
    FIRE_ALL = 2  # each, up to the cap


class ArmFlag(IntFlag):
    """Flags of an arming."""

    KEEP = 0x01  # the timer outlives its client
    PROCESS = 0x04  # it survives the daemon
    DISK = 0x08  # it survives the loss of power
    CALENDAR = 0x10  # deadline_ns is CLOCK_REALTIME


class ReplyCode(IntEnum):
    """The daemon's answer."""

    ARMED, CANCELLED, ALREADY_FIRED, UNKNOWN, FULL, INVALID, PAUSED, RESUMED, LISTED, LIST_END = range(1, 11)
    LISTED_REST = 11  # follows each LISTED; section 14 of the wire format says what its fields are
    SUBMITTED = 12  # the command has a scope and is on its way to the cluster: another reply follows
    UNCERTAIN = 13  # the cluster has not answered in time: it may or may not be carried out


class Reply(NamedTuple):
    """Answers one command, by the number that arm() and the others returned."""

    command: int
    key: int
    deadline_ns: int
    signal_sequence: int
    code: ReplyCode
    reason: int
    owner: int
    signal_id: int
    period_ns: int
    detail: int


class _Sent:
    def __init__(self, command: int, kind: int, key: int, generation: int, previous: int) -> None:
        self.command, self.kind, self.key, self.generation, self.previous = command, kind, key, generation, previous


class Timers(Source["tuple[Signal, bool]"]):
    """A client of a daemon, which it waits for up to `timeout` seconds. It reads a subscription of its own.

    Clients of one name share their timers; "" is a name of one's own. Durable timers need a name. poll() gives the
    firings of this client's timers, each with whether it is current: not of an arming that was cancelled or replaced since.
    """

    def __init__(self, bus: str | os.PathLike[str], name: str = "", *, timeout: float = 5.0, mode: Mode = Mode.PREDICT,
                 owner: Optional[int] = None) -> None:
        require(not name or f.is_name(name), Code.ARGUMENT, f"name '{name}': a name is 1 to 64 of A-Z a-z 0-9 . _ -; give another")
        self.name = name
        self.owner = self._earlier = 0  # the owner's number, now and for signals before the boundary
        self._boundary = self._check_at = 0
        self._generation = int.from_bytes(os.urandom(3), "little")
        self._latest: dict[int, int] = {}  # generation of the latest arming of each key
        self._pending: deque[_Sent] = deque()
        self._socket: Optional[socket.socket] = None
        self._replies: Optional[Mapping] = None
        end = _end(timeout)
        while True:
            try:
                self.signals = Subscription(bus, mode=mode, owner=owner)
                break
            except TickbusError as e:
                if e.code is not Code.ABSENT or now_ns() >= end:
                    raise
            time.sleep(0.001)
        self._connect(end)

    def reconnect(self, timeout: float = 5.0) -> None:
        """Connects to the daemon's successor, after an error DISCONNECTED. Timers that were not durable are gone
        and must be armed again; commands without a reply may or may not have been carried out."""
        self._earlier = self.owner
        self._connect(_end(timeout))

    def _connect(self, end: int) -> None:
        while True:
            self._disconnect()
            try:
                return self._attempt(end)
            except TickbusError as e:
                if e.code is not Code.ABSENT or now_ns() >= end:
                    self._disconnect()
                    raise
            time.sleep(0.001)

    def _gone(self, why: str, code: Code = Code.DISCONNECTED) -> TickbusError:
        return TickbusError(code, f"{self.signals.directory}: {why}; start its daemon, then connect again")

    def _attempt(self, end: int) -> None:
        """Fails with ABSENT where it is worth while to try again."""
        status, signals = self.signals.status(), self.signals
        if status is Status.DEAD or signals._ints[f.STATE] != f.OPEN:
            raise self._gone("its publisher has ended", Code.ABSENT)
        self._open_socket(end)
        self._replies = m = f.map_file(signals.directory + "/replies", signals.owner, f.REPLIES_MAGIC, f.REPLIES_VERSION, False,
                                       _replies_length)
        if m.longs[8] != signals._longs[f.HISTORY] or m.longs[9] != signals._longs[f.EPOCH]:
            raise self._gone("its replies are another daemon's", Code.ABSENT)
        self._hello(m)

    def _open_socket(self, end: int) -> None:
        path = self.signals.directory + "/control"
        with at(path):
            s = os.lstat(path)
        require(stat.S_ISSOCK(s.st_mode) and f.is_trusted(s.st_uid, self.signals.owner), Code.PERMISSION,
                f"{path}: it is not a socket of the bus's owner; delete it")
        folder = os.open(self.signals.directory, os.O_PATH | os.O_CLOEXEC)  # the path may be too long for an address
        try:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(max(0.001, min(1e6, (end - now_ns()) / 1e9)))
            self._connected_at = now_ns()
            self._socket.connect(f"/proc/self/fd/{folder}/control")
        except OSError as e:
            raise self._gone("nobody answers there", Code.ABSENT) from e
        finally:
            os.close(folder)

    def _hello(self, m: Mapping) -> None:
        assert self._socket
        uuid, directory = os.urandom(16), self.signals.directory
        hello = _HELLO.pack(_CONTROL_MAGIC, f.VERSION, 1, m.longs[8], m.longs[9], uuid, 0, 0, os.getpid(), self.name.encode())
        answer = b""
        try:
            self._socket.sendall(hello)
            is_late = now_ns() - self._connected_at > 500 * f.MS  # the daemon waits twice as long
            while len(answer) < 128:
                part = self._socket.recv(128 - len(answer))
                if not part:
                    raise ConnectionResetError
                answer += part
        except OSError as e:
            raise self._gone("it ended the connection", Code.ABSENT) from e
        magic, version, kind, _, _, _, session, owner, reply, window = _WELCOME.unpack_from(answer)
        if kind == 3 and (session == 15 or (session == 14 and is_late)):
            raise self._gone("another daemon has just taken over, or this client was too slow", Code.ABSENT)
        require(magic == _CONTROL_MAGIC and version == f.VERSION and kind in (2, 3), Code.VERSION,
                f"{directory}: its daemon speaks another protocol; use the same release on both sides")
        text = answer[56:56 + owner].decode("ascii", "replace") if kind == 3 else ""
        require(kind == 2, Code.DISCONNECTED, f"{directory}: its daemon rejects this client, reason {session} ({text}); see its limits")
        sessions, slots = m.ints[10], m.longs[f.SLOTS]
        require(0 <= session < sessions and 0 <= reply <= f.MOST_SEQUENCE and window > 0, Code.TAMPERED,
                f"{directory}: its daemon's answer makes no sense; restart it")
        self._uuid, self.owner, self._reply, self._window, self._command = uuid, owner, reply, window, 0
        self._session, self._slots = f.HEADER + 256 * session, slots
        self._ring = f.HEADER + 256 * sessions + 64 * slots * session
        self._pending.clear()
        self._boundary = self.signals._longs[f.EPOCH_SEQUENCE]
        self._socket.settimeout(None)

    def arm(self, key: int, deadline_ns: int, *, period_ns: int = 0, signal_id: int = 0, payload: bytes = b"",
            grace_ns: int = f.MS, misfire: Misfire = Misfire.FIRE_ONCE, cap: int = 0, flags: int = 0) -> int:
        """Arms a timer, or arms its key again; deadline_ns is now_ns() plus a time for most, period_ns 0 is once.
        Returns the command's number, which its reply carries."""
        generation = self._generation % 0x7FFFFFFF + 1
        require(len(payload) <= 12, Code.ARGUMENT, f"key={key}: its payload is over 12 bytes; send less")
        number = self._send(_ARM, key, deadline_ns, period_ns, signal_id, flags, misfire, payload,
                            min(grace_ns // 1000, 0xFFFFFFFF), cap, generation)
        self._generation = generation
        return number

    def cancel(self, key: int) -> int:
        """Cancels the timer of a key: what it has fired and was not read is stale from now on."""
        return self._send(_CANCEL, key)

    def pause(self, key: int) -> int:
        """Stops the timer of a key until resume()."""
        return self._send(_PAUSE, key)

    def resume(self, key: int) -> int:
        """Lets a paused timer run."""
        return self._send(_RESUME, key)

    def list(self, cursor: int = 0) -> int:
        """Asks for up to 31 timers; cursor is 0, or `detail` of the LIST_END before."""
        return self._send(_LIST, cursor)

    def _send(self, kind: int, key: int, deadline_ns: int = 0, period_ns: int = 0, signal_id: int = 0, flags: int = 0,
              misfire: int = 0, payload: bytes = b"", grace_us: int = 0, cap: int = 0, generation: int = 0) -> int:
        """Fails with NO_ROOM where replies could overtake their reader."""
        m, command = self._replies, getattr(self, "_command", 0)
        if m is None or self._socket is None:
            raise self._gone("this client is not connected")
        consumed = m.longs[self._session // 8 + 16]
        replies = command - consumed + m.longs[self._session // 8 + 18] - self._reply
        replies += sum(_PER_LIST - 1 for s in self._pending if s.kind == _LIST and s.command >= consumed)
        if command - consumed >= self._window or replies + (_PER_LIST if kind == _LIST else 1) > self._slots:
            raise TickbusError(Code.NO_ROOM, f"{self.signals.directory}: {command - consumed} commands wait for their answers; "
                               "read replies, then try again")
        try:
            self._socket.sendall(_COMMAND.pack(command + 1, key, deadline_ns, period_ns, signal_id, kind, flags, misfire,
                                               len(payload), grace_us, cap, payload, generation))
        except struct.error as e:
            raise TickbusError(Code.ARGUMENT, f"key={key}: a number is out of its range ({e}); change it") from e
        except OSError as e:
            raise self._gone("it has ended the connection") from e
        self._pending.append(_Sent(command, kind, key, generation, self._latest.get(key, 0)))
        if kind == _ARM:
            self._latest[key] = generation
        elif kind == _CANCEL:
            self._latest.pop(key, None)
        self._command = command + 1
        return command

    def reply(self) -> Optional[Reply]:
        """The next reply; None, at once, where there is no other."""
        m, r = self._replies, getattr(self, "_reply", 0)
        if m is None:
            raise self._gone("this client is not connected")
        place = self._ring + 64 * (r & self._slots - 1)
        (stamp, command, key, deadline, sequence, code, reason, owner, signal_id, period,
         detail) = _REPLY.unpack_from(m.bytes, place)
        if stamp != r + 1 or m.longs[place // 8] != stamp or not self._is_ours(m):
            self._check()
            return None
        require(1 <= code <= 13, Code.TAMPERED, f"{self.signals.directory}: its daemon's reply makes no sense; restart it")
        self._reply = r + 1
        reply = Reply(command, key, deadline, sequence, ReplyCode(code), reason, owner, signal_id, period, detail)
        while code not in (ReplyCode.LISTED, ReplyCode.LISTED_REST) and self._pending and self._pending[0].command <= command:
            sent = self._pending.popleft()
            if sent.command == command and sent.kind == _ARM and code not in (ReplyCode.ARMED, ReplyCode.SUBMITTED):
                self._refused(sent)
        return reply

    def _refused(self, sent: _Sent) -> None:
        """The earlier arming of the key is the latest again."""
        if self._latest.get(sent.key) == sent.generation:
            self._latest[sent.key] = sent.previous
        for later in self._pending:
            if later.key == sent.key and later.previous == sent.generation:
                later.previous = sent.previous

    def poll(self) -> Optional[tuple[Signal, bool]]:
        """The next firing of this client's timers, and whether it is current; None, at once, where there is no other."""
        while True:
            signal = self.signals.poll()
            if signal is None:
                self._check()
                return None
            owner = self._earlier if signal.sequence < self._boundary else self.owner
            if owner and signal.owner == owner:
                is_current = self._latest.get(signal.key, 0) == signal.generation != 0
                if is_current and signal.flags & Flag.LAST:
                    del self._latest[signal.key]
                return signal, is_current

    def _prepare(self, timeout: float) -> int:
        # No reply wakes a reader of signals.
        return self.signals._prepare(min(timeout, 0.001) if self._pending else timeout)

    def _sleep(self, until_ns: int) -> None:
        self.signals._sleep(until_ns)

    def _is_ours(self, m: Mapping) -> bool:
        return m.bytes[self._session:self._session + 16] == self._uuid

    def _check(self) -> None:
        """Asks each 50 ms whether this client is still served."""
        m, now = self._replies, now_ns()
        if m is None or self._socket is None or now < self._check_at:
            return
        self._check_at = now + f.CHECK_NS
        try:
            self._socket.recv(1, socket.MSG_DONTWAIT)
            has_ended = True
        except (BlockingIOError, InterruptedError):
            has_ended = False
        except OSError:
            has_ended = True
        if not self._is_ours(m) or m.ints[self._session // 4 + 6] == 2:
            raise TickbusError(Code.DISCONNECTED, f"{self.signals.directory}: its daemon has evicted this client, reason "
                               f"{m.ints[self._session // 4 + 5]}; connect again")
        if has_ended or self.signals._ints[f.STATE] == f.CLOSED or self.signals._longs[f.EPOCH] != m.longs[9]:
            raise self._gone("it has ended")

    def _disconnect(self) -> None:
        if self._socket:
            self._socket.close()
        if self._replies:
            self._replies.close()
        self._socket = self._replies = None

    def close(self) -> None:
        """Leaves: the daemon then cancels the timers of an owner without another client, save those that outlive it."""
        self._disconnect()
        self.signals.close()


def _end(timeout: float) -> int:
    return now_ns() + int(min(timeout * 1e9, 1 << 61))


def _replies_length(header: bytes) -> int:
    slots, _, sessions = struct.unpack_from("qqi", header, 24)
    return f.HEADER + sessions * (256 + 64 * slots) if 1 <= sessions <= 4096 else 0


assert RECORD.size == _COMMAND.size == _REPLY.size == 64 and _HELLO.size == 128
