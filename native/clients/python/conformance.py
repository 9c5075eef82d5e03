# SPDX-License-Identifier: Apache-2.0
"""The conformance program: see bench/conformance."""
import argparse
import json
import pathlib
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tickbus import Code, Mode, Publisher, ReplyCode, Signal, Status, Subscription, TickbusError, Timers, now_ns
from tickbus import subscribe as subscription

MS = 1_000_000
MASK = (1 << 64) - 1
PAYLOAD = struct.Struct("<QI")


def content(sequence: int) -> tuple[int, int, bytes]:
    """What the signal of a sequence must carry."""
    key = sequence * 0x9E3779B97F4A7C15 & MASK
    return key - (key >> 63 << 64), key & 0x7FFFFFFF, PAYLOAD.pack(key ^ sequence, key >> 17 & 0xFFFFFFFF)


def is_whole(s: Signal) -> bool:
    return ((s.key, s.signal_id, s.payload) == content(s.sequence)) and not (s.occurrence or s.flags or s.owner)


def ready() -> None:
    print("READY", flush=True)


def subscribe(a: argparse.Namespace) -> dict:
    s = Subscription(a.bus, oldest=a.oldest == "oldest", mode=Mode[a.wait.upper()])
    ready()
    first = expected = s.next_sequence
    received = torn = order = quiet_since = closed_since = 0
    while received + s.lost < a.count:
        signal = s.poll()
        if signal is not None:
            received += 1
            order += signal.sequence != expected + signal.lost
            expected = signal.sequence + 1
            torn += not is_whole(signal)
            quiet_since = 0
            if a.slow_every and received % a.slow_every == 0:
                time.sleep(0.001)
            continue
        now = now_ns()
        quiet_since = quiet_since or now
        is_closed = s.status() is Status.CLOSED and received + s.lost > 0
        closed_since = (closed_since or now) if is_closed else 0
        if now - quiet_since > a.timeout_ms * MS or (closed_since and now - closed_since > 500 * MS):
            break  # a successor may open it again within half a second
        s.wait()
    return {"received": received, "lost": s.lost, "torn": torn, "order": order, "stale": 0, "first": first,
            "last": s.next_sequence - 1, "epochs": s.epochs}


def publish(a: argparse.Namespace) -> dict:
    p = Publisher(a.bus, slots=a.slots)
    ready()
    first, start = p.next_sequence, now_ns()
    for i in range(a.count):
        while a.rate and (left := start + i * 1_000_000_000 // a.rate - now_ns()) > 0:
            time.sleep(left / 1e9)
        key, signal_id, payload = content(first + i)
        p.publish(signal_id, key, payload)
    if a.close == "yes":
        p.close()
    return {"published": a.count, "first": first}


class Tally:
    """Counts what a client of a daemon sees."""

    def __init__(self, t: Timers) -> None:
        self.t = t
        self.due: dict[int, int] = {}
        self.again: set[int] = set()
        self.answered = self.fired = self.stale = self.early = 0
        self.codes = dict.fromkeys([*ReplyCode, "REARMED"], 0)

    def drain(self) -> bool:
        before = self.answered + self.fired + self.stale
        while (reply := self.t.reply()) is not None:
            self.answered += 1
            is_again = reply.code == ReplyCode.ARMED and reply.command in self.again
            self.codes["REARMED" if is_again else reply.code] += 1
        while (firing := self.t.poll()) is not None:
            signal, _ = firing
            self.early += signal.published_ns < signal.deadline_ns
            # By the deadline, as a firing that was current when it was read may be stale by now, and one of a timer that
            # fired before it was cancelled counts.
            if self.due.get(signal.key) == signal.deadline_ns:
                self.fired += 1
            else:
                self.stale += 1
        return self.answered + self.fired + self.stale > before

    def command(self, send, *arguments, **named) -> int:
        """Sends, and reads what is there where there is no room."""
        while True:
            try:
                return send(*arguments, **named)
            except TickbusError as e:
                if e.code is not Code.NO_ROOM:
                    raise
            self.drain()


def timers(a: argparse.Namespace) -> dict:
    with Timers(a.bus, mode=Mode[a.wait.upper()]) as t:
        ready()
        tally, sent = Tally(t), 0
        for key in range(a.count):
            due = now_ns() + (5 + key % 50) * MS
            tally.due[key] = due + 10 * MS if key % 10 == 3 else due
            tally.command(t.arm, key, due, signal_id=key)
            if key % 10 == 3:
                tally.again.add(tally.command(t.arm, key, tally.due[key], signal_id=key))
            elif key % 10 == 7:
                tally.command(t.cancel, key)
            sent += 2 if key % 10 in (3, 7) else 1
            tally.drain()
        quiet = now_ns()
        codes = tally.codes
        while True:
            refused = codes[ReplyCode.FULL] + codes[ReplyCode.INVALID]
            if tally.answered >= sent and tally.fired >= a.count - codes[ReplyCode.CANCELLED] - refused:
                break
            if tally.drain():
                quiet = now_ns()
            elif now_ns() - quiet > a.timeout_ms * MS:
                break
            else:
                t.wait(0.005)
        return {"armed": codes[ReplyCode.ARMED], "rearmed": codes["REARMED"], "cancelled": codes[ReplyCode.CANCELLED],
                "fired": tally.fired, "stale": tally.stale, "early": tally.early, "lost": t.signals.lost, "refused": refused}


def latency(a: argparse.Namespace) -> dict:
    s = subscription(a.bus, mode=Mode[a.wait.upper()])
    ready()
    latencies, start, start_cpu, last, lost, received = [], 0, 0, 0, 0, 0
    idle_ns = now_ns() + a.timeout_ms * MS
    while received < a.warm_up + a.count and now_ns() < idle_ns:
        signal = s.poll()
        last_read = now_ns()
        if signal is None:
            s.wait()
            continue
        if received >= a.warm_up:
            latencies.append(last_read - signal.published_ns)
        if received == a.warm_up:
            start, start_cpu, lost = last_read, time.thread_time_ns(), s.lost
        received, last, idle_ns = received + 1, last_read, last_read + a.timeout_ms * MS
    cpu = time.thread_time_ns() - start_cpu if latencies else 0
    latencies.sort()
    p50, p99, most = (latencies[-(-len(latencies) * percent // 100) - 1] if latencies else 0 for percent in (50, 99, 100))
    return {"received": len(latencies), "lost": s.lost - lost, "p50Ns": p50, "p99Ns": p99, "maxNs": most, "cpuNs": cpu,
            "elapsedNs": last - start}


def check(a: argparse.Namespace) -> dict:
    Subscription(a.bus).close()
    return {"ok": True}


def read(a: argparse.Namespace) -> dict:
    """All that is there, without waiting."""
    s, signals = Subscription(a.bus, oldest=True), []
    ready()
    first = s.next_sequence
    while (signal := s.poll()) is not None:
        signals.append([*signal[:6], int(signal.flags), signal.occurrence, signal.generation, signal.missed,
                        signal.payload.hex()])
    return {"signals": signals, "received": len(signals), "lost": s.lost, "absent": s.absent, "first": first,
            "last": s.next_sequence - 1, "status": s.status().name}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["subscribe", "publish", "timers", "latency", "check", "read"])
    parser.add_argument("--bus", required=True)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--from", dest="oldest", choices=["oldest", "newest"], default="oldest")
    parser.add_argument("--wait", choices=["spin", "park", "predict"])
    parser.add_argument("--warm-up", type=int, default=0)
    parser.add_argument("--timeout-ms", type=int, default=10_000)
    parser.add_argument("--slow-every", type=int, default=0)
    parser.add_argument("--slots", type=int, default=65_536)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--close", choices=["yes", "no"], default="yes")
    a = parser.parse_args()
    a.wait = a.wait or ("predict" if a.role == "latency" else "park")
    result = {"language": "python", "role": a.role, "errors": 0}
    try:
        result.update(globals()[a.role](a))
    except TickbusError as e:
        result.update(errors=1, error=e.code.name, text=str(e), **({"ok": False} if a.role == "check" else {}))
    print(json.dumps(result, separators=(",", ":")), flush=True)
    return result["errors"]


if __name__ == "__main__":
    sys.exit(main())
