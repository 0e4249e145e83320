"""Measures the package on this machine; the best of many, beside what it stands on.

    python bench.py      with exprec on PATH and the package installed
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH = 1000
RUN = "import exprec\nwith exprec.Experiment(verbose=False) as e: e.add_scalar('x', 1)"


def call(work: Callable[[], None]) -> str:
    """Give least and median time of one of the calls that work makes _BATCH of."""
    times = []
    for _ in range(300):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) / _BATCH * 1e6)
    times.sort()
    return f"{times[0]:6.2f} µs, median {times[len(times) // 2]:.2f} µs"


def program(code: str) -> float:
    """Give the least time of an interpreter that runs code, in milliseconds."""
    best = float("inf")
    for _ in range(20):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main() -> None:
    import exprec

    values = [random.random() for _ in range(_BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run(["git", "init", "-q"], check=True)
        with exprec.Experiment(verbose=False, output=False) as experiment:

            def add() -> None:
                for step, value in enumerate(values):
                    experiment.add_scalar("train/loss", value, step)

            print("add_scalar          ", call(add))
        fd = os.open("plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        line = b'{"t":123,"scalar":"train/loss","v":0.12345678912345678,"s":12345}\n'

        def write() -> None:
            for _ in range(_BATCH):
                os.write(fd, line)

        print("write(2) of the line", call(write))
        empty = program("pass")
        print(f"import exprec        {program('import exprec') - empty:6.1f} ms above an empty program of {empty:.1f} ms")
        print(f"a minimal run        {program(RUN) - empty:6.1f} ms above it")
        os.chdir("/")


if __name__ == "__main__":
    main()
