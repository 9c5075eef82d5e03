# SPDX-License-Identifier: Apache-2.0
"""Prints the signals of a bus: python3 samples/subscribe.py NAME"""
import sys

import tickbus

with tickbus.subscribe(sys.argv[1], oldest=True) as bus:
    for signal in bus:
        print(signal.sequence, signal.key, signal.signal_id, "lost before it:", signal.lost)
