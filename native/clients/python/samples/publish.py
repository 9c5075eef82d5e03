# SPDX-License-Identifier: Apache-2.0
"""Publishes ten signals on a bus of its own: python3 samples/publish.py NAME"""
import sys

import tickbus

with tickbus.publish(sys.argv[1]) as bus:
    for key in range(10):
        bus.publish(signal_id=42, key=key, payload=b"twelve bytes")
