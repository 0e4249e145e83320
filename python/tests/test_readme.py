"""Every block of Python in the README runs; Lightning and transformers are stand-ins.

That of PyTorch runs in integrations/test_torch.py, with the real one.
"""

from __future__ import annotations

import json
import re
import shutil
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
    words = ("baseline", "SummaryWriter", "ExprecLogger", "ExprecCallback", "LogisticRegression", "rosen", "torch.nn", "lightgbm", "xgboost", "optuna", "hydra", "exprec.runs")
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


def test_boosted_trees(project) -> None:
    for module, model, scalars in (
        ("lightgbm", "model.txt", ["test/multi_logloss"]),
        ("xgboost", "model.json", ["test/mlogloss", "train/mlogloss"]),
    ):
        done = project.run(block(module))
        assert done.returncode == 0, done.stderr
        run = project.ended()
        assert (run["status"], run["warnings"], run["params"]["num_class"]) == ("succeeded", [], 10)
        assert [file["path"] for file in run["files"]] == [model]
        assert [name for name in sorted(run["scalars"]) if not name.startswith("system/")] == scalars
        for name in scalars:
            points = project.points(name)
            assert [step for step, _ in points] == list(range(20)) and points[-1][1] < points[0][1] / 2
        project.exprec("cat", "@", model)


def test_each_trial_is_a_run_of_a_group(project) -> None:
    done = project.run(block("optuna") + "\n")
    assert done.returncode == 0, done.stderr
    runs = project.runs()
    statuses = [run["status"] for run in runs]
    assert len(runs) == 20 and set(statuses) == {"succeeded", "stopped"}, statuses
    assert all(run["group"] == "parabola" and -10 <= run["params"]["x"] <= 10 for run in runs)
    assert statuses.count("stopped") == done.stderr.count("pruned"), done.stderr
    listed = json.loads(project.exprec("list", "--json", "group=parabola", "--sort", "value", "-n", "1"))["runs"]
    best = min((run for run in runs), key=lambda run: run["scalars"]["value"]["last"])
    assert listed[0]["id"] == best["id"]


def test_a_configuration_of_hydra(project) -> None:
    (project.top / "config.yaml").write_text("name: sweep\nsteps: 3\noptimizer: {lr: 0.1, betas: [0.9, 0.99], half: '${.lr}'}\n")
    done = project.run(block("hydra"), "optimizer.lr=0.5,0.25", "steps=2", "--multirun")
    assert done.returncode == 0, done.stderr
    assert project.run(block("hydra"), "steps=1").returncode == 0
    runs = project.runs()
    assert [(run["group"], run["status"], run["params"]["steps"], run["params"]["optimizer"]["lr"]) for run in runs] == [
        ("sweep", "succeeded", 1, 0.1), ("sweep", "succeeded", 2, 0.25), ("sweep", "succeeded", 2, 0.5),
    ]
    assert runs[1]["params"]["optimizer"] == {"lr": 0.25, "betas": [0.9, 0.99], "half": 0.25}
    assert project.points("loss") == [(0, 0.1)]
    for name in ("config.yaml", "outputs", "multirun"):
        path = project.top / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_reading_back(project) -> None:
    code = 'import exprec\nwith exprec.Experiment(title="a") as e: e.set_parameter("lr", 0.01); e.add_scalar("loss", 1, 1)'
    assert project.run(code).returncode == 0
    done = project.run(block("exprec.runs") + "\nassert points['value'] == [1.0] and len(table) == 1")
    assert (done.returncode, done.stdout) == (0, "a 0.01 {}\n"), done.stderr
