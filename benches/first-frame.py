#!/usr/bin/env python3
"""How long a technician waits for the first question (docs/performance.md). Linux, macOS.

  benches/first-frame.py [RUNS]     the release build, in a pseudo-terminal of 80 columns and 24 rows

From just before `exec` to the moment when the question of the first page has been written to the terminal. For the program
as it stands in PROGRAM, or target/release/rescue79; other programs for comparison: PROGRAM=/bin/echo SAYS=text ARGS=text.
"""
import fcntl, os, pty, select, signal, statistics, struct, sys, tempfile, termios, time

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 41
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.environ.get("PROGRAM", os.path.join(HERE, "target/release/rescue79"))
SAYS = os.environ.get("SAYS", "Which phone is in front of you?").encode()


def first_frame(args):
    """Milliseconds until the terminal has been told what is awaited."""
    begun = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execv(PROGRAM, args)
    seen = b""
    while SAYS not in seen:
        if not select.select([terminal], [], [], 10)[0]:
            sys.exit(f"nothing for 10 s: {seen!r}")
        seen += os.read(terminal, 65536)
    took = (time.monotonic() - begun) * 1000
    os.kill(child, signal.SIGTERM)
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:
            break
    os.waitpid(child, 0)
    os.close(terminal)
    return took


def main():
    os.environ["TERM"] = "xterm-256color"
    with tempfile.TemporaryDirectory() as state:
        args = [PROGRAM] + os.environ.get("ARGS", f"--state {state}").split()
        first = first_frame(args)
        rest = sorted(first_frame(args) for _ in range(RUNS))
    print(f"first {first:.1f} ms, then of {RUNS}: median {statistics.median(rest):.1f} ms, "
          f"9 of 10 within {rest[RUNS * 9 // 10]:.1f} ms, slowest {rest[-1]:.1f} ms")


main()
