#!/usr/bin/env python3
"""How much slower a phone reads while made-up phones ask for addresses (docs/performance.md). Linux, root.

    benches/flood.py [--rounds N] [--rate PER_SECOND]      the release build, or PROGRAM

A reader in lock-step reads a 7940's application (756 524 bytes), in peace and under a flood of DISCOVERs from addresses
that nobody has, in turn; once as fast as a computer can, once as a 7940 does it, which answers a block after 3.5 ms. The
times are medians. The flood begins before a read and ends behind it, and goes on for 50 000 DISCOVERs at least; how many it
really sent in a second is printed. Two network namespaces are made and taken away;
server on CPU 0, reader and flood on CPU 1.
"""

import argparse
import ctypes
import multiprocessing
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.environ.get("PROGRAM", os.path.join(HERE, "target/release/rescue79"))
SERVER = "192.168.1.1"
SIZE = 756_524


def run(command):
    subprocess.run(command.split(), check=True)


def read(pace):
    """Seconds that one read takes; `pace`: seconds between a block and its ACK."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        begun, got = time.monotonic(), 0
        sock.sendto(b"\0\1whole.bin\0octet\0", (SERVER, 69))
        expected = 1
        while True:
            data, peer = sock.recvfrom(2048)
            number = int.from_bytes(data[2:4], "big")
            if data[:2] != b"\0\3" or number != expected & 0xFFFF:
                continue
            got += len(data) - 4
            if pace:
                time.sleep(pace)
            sock.sendto(b"\0\4" + data[2:4], peer)
            expected += 1
            if len(data) < 516:
                assert got == SIZE, got
                return time.monotonic() - begun


def discover(n):
    mac = b"\0\x1b\x0d" + n.to_bytes(3, "big")
    head = b"\1\1\6\0" + n.to_bytes(4, "big") + b"\0\0\x80\0" + bytes(16) + mac + bytes(202) + b"\x63\x82\x53\x63"
    return head + b"\x35\1\1\x3c\x23Cisco Systems, Inc. IP Phone 7960\0\0\x37\6\1\3\6\x0f\x42\x96\xff"


def flood(first, rate, sent):
    """Sends until it is ended, in bundles of a hundredth of a second, and counts; returns the child that does it."""
    child = os.fork()
    if child:
        return child
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"vB")
        sock.bind(("", 68))
        begun = time.monotonic()
        while True:
            ahead = begun + sent.value / rate - time.monotonic()
            if ahead > 0.01:
                time.sleep(ahead)
            sock.sendto(discover((first + sent.value) % (1 << 24)), ("255.255.255.255", 67))
            sent.value += 1


def under_flood(first, rate, pace):
    """Seconds of each read under a flood, DISCOVERs sent, and how many of them in a second."""
    sent, begun = multiprocessing.Value("L", 0, lock=False), time.monotonic()
    child = flood(first, rate, sent)
    try:
        time.sleep(0.5)
        reads = [read(pace)]
        while sent.value < 50_000:
            reads.append(read(pace))
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    return reads, sent.value, sent.value / (time.monotonic() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rate", type=int, default=5_000)
    args = parser.parse_args()
    here, there = f"fl{os.getpid()}a", f"fl{os.getpid()}b"
    work = tempfile.mkdtemp()
    os.mkdir(f"{work}/firmware")
    with open(f"{work}/firmware/whole.bin", "wb") as file:
        file.write(os.urandom(SIZE))
    server = None
    try:
        for space in (here, there):
            run(f"ip netns add {space}")
            run(f"ip -n {space} link set lo up")
        run(f"ip link add vA netns {here} type veth peer name vB netns {there}")
        run(f"ip -n {here} addr add {SERVER}/24 dev vA")
        run(f"ip -n {there} addr add 192.168.1.4/24 dev vB")
        run(f"ip -n {here} link set vA up")
        run(f"ip -n {there} link set vB up")
        command = f"taskset -c 0 {PROGRAM} --state {work}/state serve --listen {SERVER} --firmware {work}/firmware --answer any"
        with open(f"{work}/log", "wb") as log:
            server = subprocess.Popen(f"ip netns exec {here} {command}".split(), stdout=log, stderr=log)
        with open(f"/run/netns/{there}") as space:
            if ctypes.CDLL(None).setns(space.fileno(), 0x40000000):  # CLONE_NEWNET; os.setns is younger than many a Python
                sys.exit("no network namespaces here")
        os.sched_setaffinity(0, {1})
        time.sleep(2)
        first = 0
        for name, pace, rounds in (("as fast as it can", 0.0, args.rounds), ("as a 7940", 0.0035, max(1, args.rounds // 3))):
            calm, flooded, rates = [], [], []
            for _ in range(rounds):
                calm.append(read(pace))
                reads, sent, rate = under_flood(first, args.rate, pace)
                first += sent
                flooded += reads
                rates.append(rate)
            peace, under, rate = (statistics.median(seconds) for seconds in (calm, flooded, rates))
            print(f"{name}: {peace:.3f} s in peace, {under:.3f} s under {rate:.0f}/s ({len(flooded)} reads), {under / peace:.2f}")
    finally:
        if server:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
        for space in (here, there):
            subprocess.run(["ip", "netns", "del", space])
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
