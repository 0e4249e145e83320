"""Real training with scikit-learn, beside the example in Go, in one project."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

from conftest import TOP

DIGITS = (TOP / "python" / "examples" / "digits.py").read_text()


@pytest.fixture(scope="session")
def go_digits(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    program = tmp_path_factory.mktemp("digits") / "digits"
    subprocess.run(["go", "build", "-o", str(program), "./examples/digits"], cwd=TOP, check=True)
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
