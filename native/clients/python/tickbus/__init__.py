# SPDX-License-Identifier: Apache-2.0
"""Reads signals from a Tickbus, publishes on a bus of one's own, and arms timers at a daemon.

Pure Python for 64-bit Linux, without dependencies and without threads. All times are CLOCK_MONOTONIC nanoseconds, those
of now_ns(). An object is for one thread at a time. A mapped file that its owner shortens ends the process with SIGBUS.
"""
from ._errors import Code, TickbusError
from ._memory import now_ns
from ._publisher import Publisher
from ._subscription import Flag, Mode, Signal, Status, Subscription
from ._timers import ArmFlag, Misfire, Reply, ReplyCode, Timers

subscribe = Subscription
publish = Publisher
connect = Timers

__all__ = ["ArmFlag", "Code", "Flag", "Misfire", "Mode", "Publisher", "Reply", "ReplyCode", "Signal", "Status",
           "Subscription", "TickbusError", "Timers", "connect", "now_ns", "publish", "subscribe"]
