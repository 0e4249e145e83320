"""The next exprec command takes in the runs that wait for it."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import Project, without_exprec

WAITED = """
    import os, sys, exprec
    with exprec.Experiment(title="waited", tags=["a"], group="g", steps=9) as e:
        e.set_parameter("lr", 0.1)
        e.add_scalar("loss", 0.5, 3)
        with e.open("model.bin", "wb") as f: f.write(b"weights")
        {end}
"""


@pytest.fixture(params=[True, False], ids=["repository", "plain folder"])
def bare(request: pytest.FixtureRequest, tmp_path: pathlib.Path):
    """A project without exprec on PATH, in a repository and without one."""
    yield from without_exprec(tmp_path, request.param)


def install(project: Project, binary: pathlib.Path) -> None:
    """Have exprec on PATH from now on."""
    project.path = project.environ["PATH"] = f"{binary}:{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("end", "status"),
    [("pass", "succeeded"), ("1 / 0", "failed"), ("sys.exit(3)", "failed"), ("raise KeyboardInterrupt", "stopped"), ("os.kill(os.getpid(), 9)", "lost")],
)
def test_the_next_command_takes_what_waits(bare, binary, end: str, status: str) -> None:
    bare.run(WAITED.format(end=end))
    install(bare, binary)
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
    install(bare, binary)
    shown = bare.runs()
    assert [run["status"] for run in shown] == ([] if (bare.top / ".git").exists() else ["running"])
    with open(bare.top.parent / "go", "w") as go:
        go.write("go")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    (run,) = bare.runs()
    assert run["status"] == "succeeded" and bare.points("x") == [(0, 1.0), (1, 2.0)]


def test_what_a_waiting_run_goes_on_from(bare, binary) -> None:
    for name, resume in (("a", ""), ("b", "a"), ("c", "@"), ("d", "@~2"), ("e", "nothing-such"), ("e", ""), ("f", "e")):
        done = bare.run(f"""
            import exprec
            with exprec.Experiment(name={name!r}, resume={resume!r}) as e:
                e.add_scalar("x", 1)
                print(e.id)
            with exprec.Experiment(name="to " + e.name, resume=e.id): pass
        """)
        assert done.returncode == 0, done.stderr
    install(bare, binary)
    runs = bare.runs()
    assert [run["status"] for run in runs] == ["succeeded"] * 14
    by_id = {run["id"]: run for run in runs}
    shown = [bare.show(run["id"]) for run in reversed(runs)]
    went_on = [(run["name"], by_id[run["continues"]]["name"] if run.get("continues") else "") for run in shown]
    assert went_on == [
        ("a", ""), ("to a", "a"), ("b", "a"), ("to b", "b"), ("c", "to b"), ("to c", "c"), ("d", "to b"), ("to d", "d"),
        ("e", ""), ("to e", "e"), ("e", ""), ("to e", "e"), ("f", "e"), ("to f", "f"),
    ]
    assert shown[12]["continues"] == shown[10]["id"]
    assert any("nothing-such" in warning for warning in shown[8]["warnings"])


def test_runs_of_a_folder_that_wait_and_those_that_do_not_are_one_project(plain, binary) -> None:
    below = plain.top / "below"
    below.mkdir()
    code = "import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1)"
    plain.run(code)
    subprocess.run([sys.executable, "-c", code], cwd=below, env=plain.environ, check=True, capture_output=True)
    assert len(plain.waiting()) == 2 and not (below / ".exprec").exists()
    install(plain, binary)
    plain.run(code)
    subprocess.run([sys.executable, "-c", code], cwd=below, env=plain.environ, check=True, capture_output=True)
    assert [run["status"] for run in plain.runs()] == ["succeeded"] * 4
    assert sorted(plain.show(run["id"])["directory"] for run in plain.runs()) == [".", ".", "below", "below"]
    assert "4 runs" in plain.exprec("check")
    below.rmdir()


def test_a_folder_that_becomes_a_repository(plain, binary) -> None:
    plain.run(WAITED.format(end="pass"))
    subprocess.run(["git", "init", "-q"], cwd=plain.top, env=plain.environ, check=True)
    install(plain, binary)
    assert [run["title"] for run in plain.runs()] == ["waited"]
    assert len(plain.git("for-each-ref", "refs/exprec").splitlines()) == 1
    shutil.rmtree(plain.top / ".git")
