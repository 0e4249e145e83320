"""Every block of Python in the README runs; Lightning and transformers are stand-ins."""

from __future__ import annotations

import re
import textwrap

from conftest import TOP
from test_frameworks import LIGHTNING

BLOCKS = re.findall(r"```python\n(.*?)```", (TOP / "python" / "README.md").read_text(), re.DOTALL)
TRANSFORMERS = """
import sys, types
sys.modules["transformers"] = types.ModuleType("transformers")
sys.modules["transformers"].TrainerCallback = type("TrainerCallback", (), {})
model = arguments = None
"""
TRAINER = "Trainer = lambda *_, **given: None\n"


def block(word: str) -> str:
    (found,) = [block for block in BLOCKS if word in block]
    return found


def test_the_blocks_are_known() -> None:
    words = ("baseline", "SummaryWriter", "ExprecLogger", "ExprecCallback", "LogisticRegression", "rosen", "exprec.runs")
    assert sorted(block(word) for word in words) == sorted(BLOCKS)


def test_two_lines(project) -> None:
    assert project.run(block("baseline")).returncode == 0
    run = project.show()
    assert (run["title"], run["tags"], run["scalars"]["loss"]["count"]) == ("My experiment", ["baseline"], 100)


def test_frameworks(project) -> None:
    for prelude, word in (("", "SummaryWriter"), (textwrap.dedent(LIGHTNING) + TRAINER, "ExprecLogger"), (TRANSFORMERS + TRAINER, "ExprecCallback")):
        done = project.run(prelude + block(word))
        assert done.returncode == 0, done.stderr
    assert project.points("loss") == [(1, 0.5)]


def test_recipes(project) -> None:
    done = project.run(block("LogisticRegression"))
    assert done.returncode == 0, done.stderr
    run = project.show()
    assert run["results"]["accuracy"] > 0.9 and run["params"]["C"] == 0.1 and run["warnings"] == []
    done = project.run(block("rosen"))
    assert done.returncode == 0, done.stderr
    run = project.show()
    assert run["results"]["value"] < 1e-6 and run["scalars"]["value"]["count"] > 10


def test_reading_back(project) -> None:
    code = 'import exprec\nwith exprec.Experiment(title="a") as e: e.set_parameter("lr", 0.01); e.add_scalar("loss", 1, 1)'
    assert project.run(code).returncode == 0
    done = project.run(block("exprec.runs") + "\nassert points['value'] == [1.0] and len(table) == 1")
    assert (done.returncode, done.stdout) == (0, "a 0.01 {}\n"), done.stderr
