#!/usr/bin/env python3
"""rescue79 beside other TFTP servers, round by round in turn, all of them alive at once (docs/performance.md).

    SWARM=/path/to/load-generator benches/pairs.py [--rounds N] [--clients N] [--file whole|jar|app|loader]
                                                   [--blksize B] [--window W] SERVER...

SERVER: limit (the generator's bare loop), model (its small server), dnsmasq, or the path of a rescue79. Ratios are medians
over rounds, each to the first server in the same round, so that the drift of a machine between rounds hits all alike.
Linux, root; it makes two network namespaces and takes them away. Servers are on CPU 0, the generator on CPU 1.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SIZES = {"loader": 130_000, "app": 800_000, "jar": 2_500_000, "whole": 16_000_000}


def run(command, **more):
    return subprocess.run(command.split(), check=True, **more)


def command(server, swarm, at, root, state, args):
    file = f"{root}/{args.file}.bin"
    if server.startswith("limit"):
        mode = "epoll-gso" if args.window > 1 else "epoll"
        return f"{swarm} echo-limit --mode {mode} --listen {at}:69 --file {file} --blksize {args.blksize}"
    if server == "model":
        return f"{swarm} echo-limit --mode model --listen {at}:69 --root {root}"
    if server == "dnsmasq":
        return (f"dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --enable-tftp --tftp-root={root} --tftp-max=1000 "
                f"--listen-address={at} --bind-interfaces --user=root --pid-file= --log-facility=/dev/null")
    return f"{server} --state {state} serve --listen {at} --firmware {root} --no-dhcp --answer any"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--file", choices=SIZES, default="jar")
    parser.add_argument("--blksize", type=int, default=512)
    parser.add_argument("--window", type=int, default=1)
    parser.add_argument("servers", nargs="+")
    args = parser.parse_args()
    swarm = os.environ.get("SWARM") or sys.exit("SWARM is the path of the load generator")
    here, there = f"pair{os.getpid()}a", f"pair{os.getpid()}b"
    work = tempfile.mkdtemp()
    root = f"{work}/root"
    os.mkdir(root)
    os.chmod(work, 0o755)
    for name, size in SIZES.items():
        with open(f"{root}/{name}.bin", "wb") as file:
            file.write(os.urandom(size))
    alive = []
    try:
        for name in (here, there):
            run(f"ip netns add {name}")
            run(f"ip -n {name} link set lo up")
        for n, server in enumerate(args.servers, 1):
            run(f"ip link add v{n}A netns {here} type veth peer name v{n}B netns {there}")
            run(f"ip -n {here} addr add 192.168.{n}.1/24 dev v{n}A")
            run(f"ip -n {here} link set v{n}A up")
            run(f"ip -n {there} link set v{n}B up")
            readers = "".join(f"addr add 192.168.{n}.{i}/24 dev v{n}B\n" for i in range(2, 255))
            run(f"ip -n {there} -batch -", input=readers, text=True)
        time.sleep(0.5)
        for n, server in enumerate(args.servers, 1):
            line = command(server, swarm, f"192.168.{n}.1", root, f"{work}/state{n}", args)
            inside = f"nsenter --net=/run/netns/{here} nice -n -15 taskset -c 0 {line}".split()
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            alive.append(subprocess.Popen(inside, **quiet))
        time.sleep(1)
        rounds = [[] for _ in args.servers]
        for number in range(args.rounds + 1):
            order = list(range(len(args.servers)))
            for n in reversed(order) if number % 2 else order:
                line = (f"nsenter --net=/run/netns/{there} nice -n -15 {swarm} tftp --server 192.168.{n + 1}.1:69 "
                        f"--file {args.file}.bin --verify {root}/{args.file}.bin --blksize {args.blksize} --windowsize {args.window} "
                        f"--clients {args.clients} --rounds 1 --source-base 192.168.{n + 1}.4 --cpu 1 --spin --deadline-s 40 "
                        f"--server-pid {alive[n].pid} --row pair --label {n}")
                said = json.loads(run(line, capture_output=True, text=True).stdout.splitlines()[-1])
                if said["failed"]:
                    sys.exit(f"{args.servers[n]}: {said['failed']} readers failed")
                if number:  # the first one warms up
                    rounds[n].append((said["mb_s"], said["server_cpu_s_per_gb"]))
        for server, mine in zip(args.servers, rounds):
            speed, cost = (statistics.median(m[i] for m in mine) for i in (0, 1))
            ratio, cpu = (statistics.median(m[i] / f[i] for m, f in zip(mine, rounds[0])) for i in (0, 1))
            print(f"{server[-30:]:30} {speed:7.1f} MB/s {cost:6.2f} s/GB   {ratio:.3f} of the first, CPU {cpu:.3f}")
    finally:
        for server in alive:
            server.terminate()
        for server in alive:
            server.wait()
        for name in (here, there):
            subprocess.run(["ip", "netns", "del", name], check=False)
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
