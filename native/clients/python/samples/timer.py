# SPDX-License-Identifier: Apache-2.0
"""Fires one timer in 100 ms: python3 samples/timer.py NAME"""
import sys

import tickbus

with tickbus.connect(sys.argv[1]) as timers:
    timers.arm(key=42, deadline_ns=tickbus.now_ns() + 100_000_000, signal_id=7)
    signal, is_current = next(iter(timers))
    print("fired", signal.key, "late by", signal.published_ns - signal.deadline_ns, "ns")
