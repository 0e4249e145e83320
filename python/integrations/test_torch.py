"""PyTorch: its loader's workers, processes it spawns, and the ranks of torchrun."""

from __future__ import annotations

import re
import sys

import pytest

from tests.conftest import TOP

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "--no-python")

MODEL = """
    import os
    import torch
    from exprec import Experiment
    from torch import nn

    def mlp():
        return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))

    def points(count):
        x = torch.randn(count, 4)
        return x, x.sum(1, keepdim=True)
"""


def test_training_with_the_workers_of_a_loader(project, recorded) -> None:
    done = project.run(MODEL + """
    class Points(torch.utils.data.Dataset):
        def __init__(self, experiment):
            self.experiment, (self.x, self.y) = experiment, points(64)
        def __len__(self):
            return len(self.x)
        def __getitem__(self, i):
            self.experiment.add_scalar(f"loaded/{torch.utils.data.get_worker_info().id}", i, i)
            return self.x[i], self.y[i]

    if __name__ == "__main__":
        torch.manual_seed(0)
        with Experiment(title="mlp") as experiment:
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
            experiment.set_parameters({"lr": torch.tensor(0.5), "batch": torch.tensor(16), "dtype": str(torch.float32)})
            loader = torch.utils.data.DataLoader(Points(experiment), batch_size=16, num_workers=2)
            step = 0
            for epoch in range(3):
                for x, y in loader:
                    loss = nn.functional.mse_loss(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    experiment.add_scalar("loss", loss, step)
                    step += 1
            experiment.add_image("weights", torch.rand(3, 6, 5), step)
            with experiment.open("model.pt", "wb") as file:
                torch.save(model.state_dict(), file)
            with experiment.open("model.pt", "rb") as file:
                assert torch.load(file).keys() == model.state_dict().keys()
            experiment.set_result("loss", loss.item())
    """)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "mlp", [])
    assert run["params"] == {"lr": 0.5, "batch": 16, "dtype": "torch.float32"}
    loss = run.scalars("loss")["loss"]
    assert loss["step"] == list(range(12)) and loss["value"][-1] < loss["value"][0]
    assert run["results"]["loss"] == pytest.approx(loss["value"][-1])
    loaded = run.scalars("loaded/0", "loaded/1")
    assert [len(points["step"]) for points in loaded.values()] == [96, 96]
    assert sorted({step for points in loaded.values() for step in points["step"]}) == list(range(64))
    assert [(i["name"], i["step"]) for i in run["images"]] == [("weights", 12)]
    assert "model.pt" in [f["path"] for f in run["files"]]


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_processes_that_torch_starts(project, recorded, way) -> None:
    done = project.run(MODEL + """
    import sys

    def train(rank, experiment):
        model, (x, y) = mlp(), points(8)
        for step in range(5):
            experiment.add_scalar(f"loss/{rank}", nn.functional.mse_loss(model(x), y), step)

    if __name__ == "__main__":
        with Experiment() as experiment:
            torch.multiprocessing.start_processes(train, (experiment,), nprocs=2, start_method=sys.argv[1])
            experiment.set_result("done", 1)
    """, way)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["results"], run["warnings"]) == ("succeeded", {"done": 1}, [])
    assert {name: points["step"] for name, points in run.scalars().items()} == {f"loss/{rank}": list(range(5)) for rank in range(2)}


def test_the_loop_of_the_readme(project, recorded) -> None:
    (code,) = [code for code in re.findall(r"```python\n(.*?)```", (TOP / "python" / "README.md").read_text(), re.DOTALL) if "torch.nn" in code]
    done = project.run(code)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["steps"], run["warnings"]) == ("succeeded", "mlp", 100, [])
    assert (run["params"]["optimizer"], run["params"]["lr"], run["params"]["nesterov"]) == ("SGD", 0.05, False)
    loss = run.scalars("loss")["loss"]
    assert loss["step"] == list(range(100)) and loss["value"][-1] < loss["value"][0] / 10
    assert [f["path"] for f in run["files"]] == ["model.pt"]


RANKS = MODEL + """
    import torch.distributed as dist
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    with Experiment(title="ranks") as experiment:
        model, (x, y) = nn.parallel.DistributedDataParallel(mlp()), points(16)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        if rank == 0:
            experiment.set_parameters({"lr": 0.01, "world": dist.get_world_size()})
        for step in range(4):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            experiment.add_scalar(f"loss/{rank}", loss.item(), step)
            if FAILS and step == 2 and rank == 1:
                raise ValueError("bad batch on rank 1")
    dist.destroy_process_group()
"""


def test_torchrun_makes_one_run(project, recorded) -> None:
    done = project.run(RANKS.replace("FAILS", "False"), before=TORCHRUN)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "ranks", [])
    assert run["params"] == {"lr": 0.01, "world": 2}
    assert {name: points["step"] for name, points in run.scalars().items()} == {"loss/0": [0, 1, 2, 3], "loss/1": [0, 1, 2, 3]}


def test_torchrun_with_a_rank_that_fails(project, recorded) -> None:
    done = project.run(RANKS.replace("FAILS", "True"), before=TORCHRUN)
    assert done.returncode == 1, done.stderr
    run = recorded()
    assert run["status"] == "failed"
    assert run["failure"]["message"] == "bad batch on rank 1"
    assert run.scalars("loss/1")["loss/1"]["step"] == [0, 1, 2]


def test_torchrun_under_exprec_run(project, recorded) -> None:
    done = project.run(RANKS.replace("FAILS", "False"), before=("exprec", "run", "--", *TORCHRUN))
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["params"]["lr"], run["params"]["world"]) == ("succeeded", 0.01, 2)
    assert run["params"]["nproc_per_node"] == 2  # from the command line
    assert sorted(run.scalars()) == ["loss/0", "loss/1"]
