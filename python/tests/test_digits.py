"""Real training with scikit-learn, beside the example in Go, in one project."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import TOP, Project, build, go_environment

DIGITS = (TOP / "python" / "examples" / "digits.py").read_text()


@pytest.fixture(scope="session")
def go_digits(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    program = tmp_path_factory.mktemp("digits") / "digits"
    build(program, "./examples/digits")
    return program


def test_python_and_go_compare(project, go_digits: pathlib.Path) -> None:
    done = project.run(DIGITS, "--epochs", "3")
    assert done.returncode == 0, done.stderr
    subprocess.run([str(go_digits), "-epochs", "3"], cwd=project.top, env=project.environ, check=True, capture_output=True)
    go, python = project.runs()
    for run in (go, python):
        assert run["status"] == "succeeded" and run["params"]["epochs"] == 3
        assert {"train/loss", "val/loss", "val/accuracy"} <= set(run["scalars"])
        assert run["scalars"]["val/accuracy"]["count"] == 3 and run["scalars"]["val/accuracy"]["last"] > 0.5
    shown = project.exprec("diff", python["id"], go["id"])
    assert "val/accuracy" in shown and "val/loss" in shown
    assert project.show(python["id"])["packages"] > 0
    assert [f["path"] for f in project.show(python["id"])["files"]] == ["model.npz"]


#: As timeout -s KILL: it kills after five lines, however slow the machine is.
TIMEOUT = """#!/usr/bin/env python3
import subprocess, sys
with subprocess.Popen(sys.argv[4:], stdout=subprocess.PIPE) as process:
    for _ in range(5):
        sys.stdout.buffer.write(process.stdout.readline())
    process.kill()
    sys.stdout.buffer.write(process.stdout.read())
sys.exit(137)
"""


def test_the_commands_of_the_readme(tmp_path: pathlib.Path, binary: pathlib.Path) -> None:
    text = (TOP / "python" / "README.md").read_text()
    (commands,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "digits.py" in block]
    subprocess.run(["git", "clone", "-q", str(TOP), str(tmp_path / "project")], check=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "timeout").write_text(TIMEOUT)
    (tools / "timeout").chmod(0o755)
    project = Project(tmp_path / "project", f"{tools}:{binary}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}", made=True)
    project.environ.update(go_environment(), GOFLAGS="-trimpath -buildvcs=false")  # what was built is used again
    before = project.state()
    done = subprocess.run(["bash", "-c", commands.replace("/tmp/digits", str(tmp_path / "digits"))], cwd=project.top, env=project.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert project.state() == before
    killed = project.runs()[:2]
    assert [project.ended(run["id"])["status"] for run in killed] == ["lost", "lost"]
    assert [run["status"] for run in project.runs()[2:]] == ["succeeded", "succeeded"]
    for run in killed:
        printed = re.findall(r"epoch +(\d+).*accuracy ([\d.]+)\n", project.exprec("output", run["id"], "--stdout"))
        points = project.points("val/accuracy", run["id"])
        assert printed and len(points) >= len(printed)
        for (step, value), (epoch, accuracy) in zip(points, printed):
            assert (step, f"{value:.4f}") == (int(epoch), accuracy)
    # Side by side in the list and in the comparison.
    head = next(line for line in done.stdout.splitlines() if line.startswith("ID "))
    assert all(name in head.split() for name in ("val/accuracy", "val/loss")), head
    assert re.search(r"^val/accuracy +0\.\d+ .*0\.\d+", done.stdout, re.MULTILINE), done.stdout


def test_equal_settings_give_equal_numbers(project) -> None:
    for _ in range(2):
        assert project.run(DIGITS, "--epochs", "2").returncode == 0
    assert project.points("val/loss", "@") == project.points("val/loss", "@~1")


def test_killed_training_loses_nothing(project, go_digits: pathlib.Path) -> None:
    process = project.start(DIGITS, "--epochs", "1000")
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(5)]
    process.kill()
    out, err = process.communicate(timeout=60)
    printed += [line + "\n" for line in out.splitlines()]
    run = project.ended()
    assert run["status"] == "lost", err
    points = project.points("val/accuracy")
    assert len(points) >= len(printed)
    for (step, value), line in zip(points, printed):
        assert line == f"epoch {step}: accuracy {value:.4f}\n"
    assert project.exprec("output", "@", "--stdout").startswith("".join(printed))
