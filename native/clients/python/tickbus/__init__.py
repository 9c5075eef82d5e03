# SPDX-License-Identifier: Apache-2.0
"""Reads signals from a Tickbus, publishes on a bus of one's own, and arms timers at a daemon.

Pure Python for 64-bit Linux, without dependencies and without threads. All times are CLOCK_MONOTONIC nanoseconds, those
of now_ns(). An object is for one thread at a time. A mapped file that its owner shortens ends the process with SIGBUS.
"""
from __future__ import annotations

import os
from typing import Any, Union

from ._errors import Code, TickbusError
from ._fast import FastSubscription, load
from ._memory import now_ns
from ._publisher import Publisher
from ._subscription import Flag, Mode, Signal, Status, Subscription
from ._timers import ArmFlag, Misfire, Reply, ReplyCode, Timers

publish = Publisher
connect = Timers
_library = load()


def subscribe(bus: str | os.PathLike[str], **options: Any) -> Union[Subscription, FastSubscription]:
    """A Subscription with these options, by the compiled fast path where there is one."""
    return FastSubscription(_library, bus, **options) if _library else Subscription(bus, **options)

__all__ = ["ArmFlag", "Code", "FastSubscription", "Flag", "Misfire", "Mode", "Publisher", "Reply", "ReplyCode", "Signal",
           "Status", "Subscription", "TickbusError", "Timers", "connect", "now_ns", "publish", "subscribe"]
