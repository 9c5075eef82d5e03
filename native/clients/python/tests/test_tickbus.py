# SPDX-License-Identifier: Apache-2.0
"""python3 -m unittest discover -s tests"""
import asyncio
import contextlib
import itertools
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import tickbus
from tickbus import Code, Mode, Publisher, Status, Subscription, TickbusError, Timers
from tickbus import _files, _memory
from tickbus._fast import FastSubscription, load
from tickbus._publisher import _recover

INCLUDE = HERE.parents[2] / "include"
GOLDEN = HERE.parents[3] / "bus-core/src/test/resources/io/tickbus/core/internal/file"


def golden(name: str) -> bytearray:
    lines = (GOLDEN / name).read_text().splitlines()
    found = bytearray(int(lines[0].split()[1]))
    for line in lines[1:]:
        at, *values = (int(word, 16) for word in line.split())
        found[at:at + len(values)] = values
    return found


class TickbusTest(unittest.TestCase):
    """By pure Python."""

    fast = False

    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.bus = self.folder.name + "/bus"
        self.addCleanup(self.folder.cleanup)

    def open(self, slots: int) -> Publisher:
        publisher = Publisher(self.bus, slots=slots)
        self.addCleanup(publisher.close)
        return publisher

    def attach(self, **options) -> Subscription:
        subscription = self.subscription(self.bus, **options)
        self.addCleanup(subscription.close)
        return subscription

    def subscription(self, bus: str, **options):
        return FastSubscription(self.library, bus, **options) if self.fast else Subscription(bus, **options)

    def publish(self, publisher: Publisher, count: int) -> None:
        for _ in range(count):
            publisher.publish(7, publisher.next_sequence * 3, b"payload")

    def drain(self, subscription: Subscription) -> tuple[int, int]:
        """Reads all that is there, and checks that every sequence is accounted for."""
        received = lost = 0
        expected = subscription.next_sequence
        while (signal := subscription.poll()) is not None:
            self.assertEqual(expected + signal.lost, signal.sequence)
            self.assertEqual((signal.sequence * 3, 7, b"payload"), (signal.key, signal.signal_id, signal.payload))
            received, lost, expected = received + 1, lost + signal.lost, signal.sequence + 1
        return received, lost

    def refused(self, code: Code, call, *arguments, **named) -> None:
        with self.assertRaises(TickbusError) as raised:
            call(*arguments, **named)
        self.assertIs(code, raised.exception.code, raised.exception)
        self.assertIn("; ", str(raised.exception))

    def test_should_read_golden_file(self) -> None:
        if self.fast or not GOLDEN.is_dir():
            self.skipTest("there are no golden files, or the fast path would refuse their clock")
        file = golden("signals-v2.hex")
        file[32:40] = len(file).to_bytes(8, "little")
        os.mkdir(self.bus, 0o700)
        pathlib.Path(self.bus, "signals").write_bytes(file)
        with mock.patch("tickbus._files.this_host", lambda: (bytes(16), 0, int.from_bytes(file[88:96], "little", signed=True))):
            subscription = self.attach(oldest=True)
        self.assertEqual(3, subscription.next_sequence)
        subscription.next_sequence = 2
        third, fourth = subscription.poll(), subscription.poll()
        self.assertEqual((3, 1), (third.sequence, third.lost))
        self.assertEqual((-5, 1004, 0xFF04, 0x12, b"0123456789AB", 28, -52, 44), (fourth.key, fourth.signal_id, fourth.owner,
                         fourth.flags, fourth.payload, fourth.occurrence, fourth.generation, fourth.missed))
        self.assertIsNone(subscription.poll())  # 5 has a flag that says that it is no signal
        self.assertEqual((6, 1), (subscription.next_sequence, subscription.absent))
        self.assertEqual(6, _recover(memoryview(file).cast("q"), 4, 0))

    def test_should_find_contradiction_when_recovering(self) -> None:
        longs = memoryview(bytearray(4096 + 4 * 64)).cast("q")
        for s in range(10, 17):
            longs[512 + 8 * (s % 4)] = s + 1
        self.assertEqual(17, _recover(longs, 4, 10))
        longs[512 + 8] = -18
        self.assertEqual(17, _recover(longs, 4, 10))
        longs[512] = 99
        self.assertEqual(-1, _recover(longs, 4, 10))

    def test_should_account_for_every_signal_when_overrun(self) -> None:
        publisher = self.open(64)
        subscription = self.attach(oldest=True)
        self.publish(publisher, 50)
        self.assertEqual((50, 0), self.drain(subscription))
        self.publish(publisher, 1000)
        self.assertEqual((63, 937), self.drain(subscription))
        self.assertEqual((937, 1050), (subscription.lost, subscription.next_sequence))

    def test_should_lose_nothing_uncounted_when_read_while_written(self) -> None:
        for mode in Mode:
            publisher = self.open(256)
            subscription = self.attach(mode=mode)
            first = subscription.next_sequence

            def write() -> None:
                self.publish(publisher, 5_000)
                publisher.close()

            writer = threading.Thread(target=write)
            writer.start()
            received = lost = 0
            end = time.monotonic() + 30
            while subscription.next_sequence < first + 5_000 and time.monotonic() < end:
                subscription.wait()
                r, l = self.drain(subscription)
                received, lost = received + r, lost + l
            writer.join()
            self.assertEqual((5_000, subscription.lost), (received + lost, lost))
            self.assertIs(Status.CLOSED, subscription.status())

    def test_should_follow_when_publisher_restarts_and_replaces(self) -> None:
        publisher = self.open(64)
        subscription = self.attach(oldest=True)
        self.publish(publisher, 10)
        publisher._release()  # as if it had died
        publisher = self.open(64)
        self.assertEqual(10, publisher.next_sequence)
        self.publish(publisher, 10)
        publisher.close()
        publisher = self.open(128)  # another file
        self.publish(publisher, 10)
        received, end = 0, time.monotonic() + 20
        while received < 30 and time.monotonic() < end:
            subscription.wait(0.001)
            received += self.drain(subscription)[0]
        self.assertEqual((30, 0), (received, subscription.lost))
        self.assertGreater(subscription.epochs, 0)

    def test_should_iterate_when_asynchronous(self) -> None:
        publisher = self.open(64)
        subscription = self.attach()

        async def read() -> list[int]:
            found = []
            async for signal in subscription:
                found.append(signal.sequence)
                if len(found) == 3:
                    return found
            return []

        async def both() -> list[int]:
            reader = asyncio.create_task(read())
            await asyncio.sleep(0)
            for _ in range(3):
                self.publish(publisher, 1)
                await asyncio.sleep(0.001)
            return await asyncio.wait_for(reader, 20)

        self.assertEqual([0, 1, 2], asyncio.run(both()))

    def test_should_survive_when_task_is_cancelled_while_it_sleeps(self) -> None:
        publisher = self.open(64)

        async def read(subscription, found: list[int]) -> None:
            async for signal in subscription:
                found.append(signal.sequence)

        async def cancel(is_closed: bool) -> list[int]:
            found: list[int] = []
            with self.subscription(self.bus) as subscription:
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(read(subscription, found), 0.005)
                if not is_closed:
                    self.publish(publisher, 1)
                    found.append(subscription.poll().sequence)  # while its sleep still runs
            return found

        async def main() -> None:
            for i in range(5):
                self.assertEqual([i], await cancel(False))
                self.assertEqual([], await cancel(True))

        asyncio.run(main())

    def test_should_say_so_when_another_bus_has_the_name(self) -> None:
        first = self.open(64)
        subscription = self.attach(oldest=True)
        self.publish(first, 100)
        self.drain(subscription)
        self.assertEqual((37, 0), (subscription.lost, subscription.rejoined))
        first._release()
        shutil.rmtree(self.bus)
        self.publish(self.open(64), 10)
        received, end = 0, time.monotonic() + 20
        while received < 10 and time.monotonic() < end:
            subscription.wait(0.001)
            while (signal := subscription.poll()) is not None:
                self.assertEqual(received, signal.sequence)
                received += 1
        self.assertEqual((10, 0, 1, 10), (received, subscription.lost, subscription.rejoined, subscription.next_sequence))

    def test_should_keep_lock_when_asked_for_status_by_another_path(self) -> None:
        publisher = self.open(64)
        link = self.folder.name + "/link"
        os.symlink(os.path.dirname(self.folder.name), link)
        other_path = f"{link}/{os.path.basename(self.folder.name)}/bus"
        publisher._beat_at = 1 << 62  # no heartbeat: the lock decides
        publisher._longs[_files.HEARTBEAT] = 0
        with self.subscription(other_path) as subscription:
            self.assertIs(Status.STALLED, subscription.status())
        self.refused(Code.IN_USE, Publisher, other_path, slots=64)
        program = "import sys, tickbus; tickbus.Publisher(sys.argv[1], slots=64)"
        other = subprocess.run([sys.executable, "-B", "-c", program, self.bus], capture_output=True, text=True,
                               env={**os.environ, "PYTHONPATH": str(HERE.parent)})
        self.assertIn("another publishes on this bus", other.stderr)

    def test_should_have_one_publisher_when_threads_open_at_once(self) -> None:
        for _ in range(20):
            opened = []

            def open_once() -> None:
                try:
                    opened.append(Publisher(self.bus, slots=64))
                except TickbusError:
                    pass

            threads = [threading.Thread(target=open_once) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for publisher in opened:
                publisher.close()
            self.assertEqual(1, len(opened))

    def test_should_refuse_by_name_when_file_is_not_a_bus(self) -> None:
        self.open(64).close()
        signals = pathlib.Path(self.bus, "signals")
        whole = signals.read_bytes()
        for at, value, code in [(0, 0x58, Code.NOT_A_BUS), (8, 9, Code.VERSION), (12, 9, Code.BYTE_ORDER), (16, 9, Code.GEOMETRY),
                                (20, 9, Code.GEOMETRY), (24, 9, Code.TAMPERED), (32, 9, Code.TRUNCATED), (44, 9, Code.TAMPERED),
                                (55, 0xFF, Code.TAMPERED), (48, 9, Code.TAMPERED), (64, whole[64] ^ 1, Code.ANOTHER_BOOT),
                                (512, 9, Code.TAMPERED)]:
            with self.subTest(at=at):
                signals.write_bytes(whole[:at] + bytes([value]) + whole[at + 1:])
                self.refused(code, self.subscription, self.bus)
        for length in (0, 4095, 4096, 8193):
            with self.subTest(length=length):
                signals.write_bytes((whole + bytes(5000))[:length])
                self.refused(Code.TRUNCATED, self.subscription, self.bus)
        signals.unlink()
        self.refused(Code.ABSENT, self.subscription, self.bus)
        os.mkfifo(signals)
        self.refused(Code.NOT_A_BUS, self.subscription, self.bus)
        signals.unlink()
        signals.symlink_to("/dev/null")
        self.refused(Code.NOT_A_BUS, self.subscription, self.bus)
        os.chmod(self.bus, 0o777)
        self.refused(Code.PERMISSION, self.subscription, self.bus)
        self.refused(Code.ARGUMENT, self.subscription, "a bus?")

    def test_should_refuse_second_publisher_and_notice_deletion(self) -> None:
        publisher = self.open(64)
        self.refused(Code.IN_USE, Publisher, self.bus)
        self.refused(Code.ARGUMENT, Publisher, self.bus, slots=63)
        self.refused(Code.ARGUMENT, publisher.publish, 1, payload=bytes(13))
        self.refused(Code.ARGUMENT, publisher.publish, 1 << 31)
        self.refused(Code.ABSENT, Timers, self.bus, timeout=0.001)
        self.refused(Code.ARGUMENT, Timers, self.bus, "no name")
        os.rename(self.bus, self.bus + ".away")
        self.refused(Code.ABSENT, publisher.heartbeat)
        self.refused(Code.ARGUMENT, publisher.heartbeat)

    def test_should_release_lock_when_process_ends_whose_child_lives_on(self) -> None:
        publisher = self.open(64)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # until the parent closes it
            os._exit(0)
        os.close(reading)
        try:
            self.refused(Code.IN_USE, Publisher, self.bus, slots=64)
            publisher._release()  # as if it had ended
            Publisher(self.bus, slots=64).close()
        finally:
            os.close(writing)
            os.waitpid(child, 0)

    def test_should_connect_again_when_its_hello_was_late(self) -> None:
        self.open(64)
        for reason, is_late, expected in ((14, True, None), (14, False, Code.DISCONNECTED), (10, True, Code.DISCONNECTED),
                                          (15, False, None)):
            daemon = Daemon(self.bus, reason)
            clock = mock.Mock(side_effect=(tickbus.now_ns() + i * 501_000_000 for i in itertools.count()))
            with self.subTest(reason=reason, is_late=is_late), mock.patch("tickbus._timers.now_ns",
                                                                          clock if is_late else tickbus.now_ns):
                if expected:
                    self.refused(expected, Timers, self.bus, timeout=30)
                else:
                    with Timers(self.bus, timeout=30) as timers:
                        self.assertEqual(7, timers.owner)
            daemon.close()
            self.assertEqual(1 if expected else 2, daemon.hellos)

    def test_should_refuse_processor_without_order(self) -> None:
        with mock.patch.object(_memory.platform, "machine", lambda: "aarch64"):
            self.refused(Code.SYSTEM, Subscription, self.bus)
            self.refused(Code.SYSTEM, Publisher, self.bus)


class Daemon(threading.Thread):
    """Rejects the first client with a reason, and welcomes the second."""

    def __init__(self, bus: str, reason: int) -> None:
        super().__init__(daemon=True)
        signals = pathlib.Path(bus, "signals").read_bytes()
        header = bytearray(4096 + 256 + 64 * 8)
        struct.pack_into("<qiiiiqqi", header, 0, _files.REPLIES_MAGIC, _files.REPLIES_VERSION, _files.BYTE_ORDER, 4096, 64, 8,
                         len(header), 1)
        header[64:80] = signals[56:64] + signals[128:136]  # history and epoch
        pathlib.Path(bus, "replies").write_bytes(header)
        self.reason, self.hellos, self.path = reason, 0, bus + "/control"
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen()
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                client, _ = self.socket.accept()
                with client:
                    hello = bytearray(client.recv(128, socket.MSG_WAITALL))
                    hello[12], hello[48:72] = (3, struct.pack("<iiqq", self.reason, 0, 0, 0)) if self.hellos == 0 else (
                        2, struct.pack("<iiqq", 0, 7, 0, 8))
                    self.hellos += 1
                    client.sendall(hello)
                    client.recv(1)  # until it hangs up

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()
        os.unlink(self.path)


class FastTickbusTest(TickbusTest):
    """By the compiled fast path, where there is a compiler."""

    fast = True

    @classmethod
    def setUpClass(cls) -> None:
        compiler = shutil.which("cc")
        if compiler is None or not INCLUDE.is_dir():
            raise unittest.SkipTest("there is no C compiler, or no header")
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder)
        built = folder + "/_fast.so"
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I", str(INCLUDE), "-o", built,
                        str(HERE.parent / "tickbus/_native.c")], check=True)
        with mock.patch.dict(os.environ, TICKBUS_FAST=built):
            cls.library = load()


class SamplesTest(unittest.TestCase):
    def test_should_print_signals_that_were_published(self) -> None:
        samples = HERE.parent / "samples"
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "TICKBUS_DIR": folder, "PYTHONPATH": str(HERE.parent), "PYTHONUNBUFFERED": "1"}
            subprocess.run([sys.executable, "-B", samples / "publish.py", "sample"], check=True, env=environment)
            for name in ("subscribe.py", "subscribe_async.py"):
                with subprocess.Popen([sys.executable, "-B", samples / name, "sample"], env=environment, text=True,
                                      stdout=subprocess.PIPE) as reader:
                    lines = [reader.stdout.readline() for _ in range(10)]
                    reader.terminate()
                self.assertEqual([[str(key), str(key), "42"] for key in range(10)], [line.split()[:3] for line in lines])


if __name__ == "__main__":
    unittest.main()
