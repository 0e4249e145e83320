"""The next exprec command takes in the runs that wait for it."""

from __future__ import annotations

import os

import pytest

WAITED = """
    import os, sys, exprec
    with exprec.Experiment(title="waited", tags=["a"], group="g", steps=9) as e:
        e.set_parameter("lr", 0.1)
        e.add_scalar("loss", 0.5, 3)
        with e.open("model.bin", "wb") as f: f.write(b"weights")
        {end}
"""


@pytest.mark.parametrize(
    ("end", "status"),
    [("pass", "succeeded"), ("1 / 0", "failed"), ("sys.exit(3)", "failed"), ("raise KeyboardInterrupt", "stopped"), ("os.kill(os.getpid(), 9)", "lost")],
)
def test_the_next_command_takes_what_waits(bare, binary, end: str, status: str) -> None:
    bare.run(WAITED.format(end=end))
    bare.path = bare.environ["PATH"] = f"{binary}:{os.environ['PATH']}"
    (run,) = bare.runs()
    assert (run["title"], run["tags"], run["group"], run["params"], run["status"]) == ("waited", ["a"], "g", {"lr": 0.1}, status)
    assert bare.points("loss") == [(3, 0.5)]
    shown = bare.show()
    assert shown["command"][-1] == "train.py" and shown["runtime"].startswith("Python 3") and shown["steps"] == 9
    assert bare.exprec("cat", "@", "model.bin") == "weights"
    if status == "failed" and end == "1 / 0":
        assert shown["failure"]["type"] == "ZeroDivisionError"


def test_a_run_that_waits_and_goes_on_is_left_alone(bare, binary) -> None:
    process = bare.start("""
        import sys, exprec
        with exprec.Experiment() as e:
            e.add_scalar("x", 1)
            print("ready", flush=True)
            open("../go").read()
            e.add_scalar("x", 2)
    """)
    os.mkfifo(bare.top.parent / "go")
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    bare.path = bare.environ["PATH"] = f"{binary}:{os.environ['PATH']}"
    bare.runs()
    with open(bare.top.parent / "go", "w") as go:
        go.write("go")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    (run,) = bare.runs()
    assert run["status"] == "succeeded" and bare.points("x") == [(0, 1.0), (1, 2.0)]
