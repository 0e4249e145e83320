"""Runs are read back as dicts and as frames."""

from __future__ import annotations

import os
import pathlib

import pytest

import exprec


@pytest.fixture
def recorded(project, monkeypatch: pytest.MonkeyPatch):
    """Two runs, and this process in their project."""
    for lr in (0.1, 0.01):
        done = project.run(f"""
            import exprec
            with exprec.Experiment(name="lr-{lr}", tags=["sweep"], system=False) as e:
                e.set_parameters({{"lr": {lr}, "net": {{"layers": 2, "odd": float("inf")}}}})
                e.add_scalar("loss", {lr}, 1)
                e.add_scalar("loss", float("nan"), 5)
                e.set_result("accuracy", {lr} / 2)
        """)
        assert done.returncode == 0, done.stderr
    monkeypatch.chdir(project.top)
    monkeypatch.setenv("PATH", project.path)
    for name in ("EXPREC_RUN", "EXPREC_DIR"):
        monkeypatch.delenv(name, raising=False)
    return project


def test_runs_are_dicts(recorded) -> None:
    found = exprec.runs()
    assert [run["name"] for run in found] == ["lr-0.01", "lr-0.1"]
    assert [run["name"] for run in exprec.runs("lr=0.1..")] == ["lr-0.1"]
    assert exprec.runs("status=failed") == []
    assert found[0]["params"] == {"lr": 0.01, "net": {"layers": 2, "odd": float("inf")}}
    assert found[0]["results"] == {"accuracy": 0.005}


def test_a_run_is_a_dict_with_its_points(recorded) -> None:
    run = exprec.run("lr-0.1")
    assert run["status"] == "succeeded" and run["tags"] == ["sweep"]
    assert exprec.run("@")["name"] == "lr-0.01"
    points = run.scalars("loss")["loss"]
    assert points["step"] == [1, 5] and points["value"][0] == 0.1 and points["value"][1] != points["value"][1]
    assert len(points["time"]) == 2
    assert list(run.scalars()) == ["loss"]
    with pytest.raises(KeyError, match="missing"):
        run.scalars("missing")


def test_frames(recorded) -> None:
    frame = exprec.runs().frame()
    assert list(frame["param.lr"]) == [0.01, 0.1]
    assert list(frame["param.net.layers"]) == [2, 2]
    assert list(frame["result.accuracy"]) == [0.005, 0.05]
    assert str(frame["started"].dtype).startswith("datetime64")
    assert len(frame.index[0]) == 36
    points = exprec.run("@").frame()
    assert list(points.columns) == ["name", "step", "time", "value"] and list(points["step"]) == [1, 5]
    assert len(exprec.runs("status=failed").frame()) == 0


def test_mistakes_have_words(recorded, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="did you mean succeeded"):
        exprec.runs("status=suceeded")
    with pytest.raises(LookupError, match="nothing-like-it"):
        exprec.run("nothing-like-it")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="not on PATH"):
        exprec.runs()


def test_without_pandas(recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        exprec.runs().frame()
    assert os.getcwd() == str(recorded.top)
