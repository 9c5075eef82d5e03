# SPDX-License-Identifier: Apache-2.0
"""Prints the signals of a bus: python3 samples/subscribe_async.py NAME"""
import asyncio
import sys

import tickbus


async def main() -> None:
    with tickbus.subscribe(sys.argv[1], oldest=True) as bus:
        async for signal in bus:
            print(signal.sequence, signal.key, signal.signal_id)


asyncio.run(main())
