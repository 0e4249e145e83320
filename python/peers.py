"""Measures the same small work through exprec and through those peers that are installed.

    python peers.py      with exprec on PATH and the package installed

Each works offline in a new repository of one commit. The work: to import it; a program that
records one scalar in one run, as its interpreter's whole time; and one more
scalar in a run that is open. Times are the least of several.
What a scalar costs says nothing of when it is safe: exprec has handed it to the
kernel when the call returns, tensorboardX and sacred to a queue or a list.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from importlib import metadata

#: What is imported, its distribution, and lines that begin a run, add the scalar at a step, and end it.
CASES = {
    "exprec": (
        "exprec",
        "exprec",
        "import exprec; e = exprec.start(verbose=False)",
        "e.add_scalar('loss', value, step)",
        "e.finish()",
    ),
    "tensorboardX": (
        "tensorboardX",
        "tensorboardX",
        "import tensorboardX; w = tensorboardX.SummaryWriter('logs')",
        "w.add_scalar('loss', value, step)",
        "w.close()",
    ),
    "mlflow, files": (
        "mlflow",
        "mlflow",
        "import mlflow; mlflow.set_tracking_uri('file:./mlruns'); mlflow.start_run()",
        "mlflow.log_metric('loss', value, step=step)",
        "mlflow.end_run()",
    ),
    "mlflow, SQLite": (
        "mlflow",
        "mlflow",
        "import mlflow; mlflow.set_tracking_uri('sqlite:///mlflow.db'); mlflow.start_run()",
        "mlflow.log_metric('loss', value, step=step)",
        "mlflow.end_run()",
    ),
    "wandb, offline": (
        "wandb",
        "wandb",
        "import wandb; r = wandb.init(project='bench', mode='offline')",
        "r.log({'loss': value}, step=step)",
        "r.finish()",
    ),
    "aim": (
        "aim",
        "aim",
        "import aim; r = aim.Run(repo='.')",
        "r.track(value, name='loss', step=step)",
        "r.close()",
    ),
    "sacred": (
        "sacred",
        "sacred",
        "import sacred; from sacred.observers import FileStorageObserver\n"
        "e = sacred.Experiment('bench'); e.observers.append(FileStorageObserver('runs')); e.main(work)",
        "e.log_scalar('loss', value, step)",
        "e.run()",
    ),
}

#: Nothing may leave the machine, or be printed.
QUIET = {
    "WANDB_SILENT": "true",
    "WANDB_MODE": "offline",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "AIM_UI_TELEMETRY_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "PYTHONWARNINGS": "ignore",
}

_WORK = """
import time
def work():
    for step in range(COUNT):
        if step == 1:
            begin = time.perf_counter()
        value = 1 / (step + 1)
        ADD
    if COUNT > 1:
        with open('seconds', 'w') as file: file.write(repr(time.perf_counter() - begin))
"""


def program(begin: str, add: str, end: str, count: int) -> str:
    """Give a program that records count scalars, and tells what all but the first took."""
    work = _WORK.replace("COUNT", str(count)).replace("ADD", add)
    # sacred calls the work itself.
    return "\n".join([work, begin, end if end == "e.run()" else f"work()\n{end}"])


def seconds(code: str) -> float:
    """Give the time that an interpreter takes for a script; RuntimeError with its last line where it fails."""
    with open("train.py", "w", encoding="utf-8") as file:
        file.write(code)
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "train.py"], env={**os.environ, **QUIET}, capture_output=True, text=True)
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return taken


def least(code: str, times: int = 5) -> float:
    """Give the least time of several, after one that warms the caches."""
    return min([seconds(code) for _ in range(times + 1)][1:])


def row(name: str, empty: float) -> str:
    """Measure one, and give its line."""
    module, distribution, begin, add, end = CASES[name]
    try:
        version = metadata.version(distribution)
    except metadata.PackageNotFoundError:
        version = "source"
    importing = least(f"import {module}") - empty
    running = least(program(begin, add, end, 1)) - empty
    each = []
    for _ in range(3):
        seconds(program(begin, add, end, 1001))
        with open("seconds", encoding="ascii") as file:
            each.append(float(file.read()) / 1000)
    return f"{name:15} {version:9} {importing * 1e3:9.1f} ms {running * 1e3:9.1f} ms {min(each) * 1e6:9.1f} µs"


def main() -> int:
    failed = 0
    print(f"Python {sys.version.split()[0]}. Above an empty program of ", end="")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        empty = least("pass", 10)
        os.chdir("/")
    print(f"{empty * 1e3:.1f} ms, the least of 5; a scalar is the mean of 1000 in an open run, the least of 3:")
    print(f"{'':15} {'version':9} {'import':>12} {'a run':>12} {'a scalar':>12}")
    for name, (module, *_) in CASES.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name:15} not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            subprocess.run(["git", "init", "-q"], check=True)
            who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
            subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
            try:
                print(row(name, empty), flush=True)
            except RuntimeError as error:
                failed = 1
                print(f"{name:15} failed: {error}", flush=True)
            os.chdir("/")
    return failed


if __name__ == "__main__":
    sys.exit(main())
