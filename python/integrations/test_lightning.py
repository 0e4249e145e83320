"""The logger in a real trainer of Lightning."""

from __future__ import annotations

MODULE = """
    import lightning
    import torch
    from exprec.lightning import ExprecLogger
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    class Module(lightning.LightningModule):
        def __init__(self, lr, hidden=8, fails=False):
            super().__init__()
            self.save_hyperparameters()
            self.model = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        def loss(self, batch):
            return nn.functional.mse_loss(self.model(batch[0]), batch[1])
        def training_step(self, batch, number):
            if self.hparams.fails and number == 2:
                raise RuntimeError("bad batch")
            loss = self.loss(batch)
            self.log("train/loss", loss)
            return loss
        def validation_step(self, batch, _):
            self.log("val/loss", self.loss(batch), sync_dist=True)
        def test_step(self, batch, _):
            self.log("test/loss", self.loss(batch), sync_dist=True)
        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)

    def data():
        torch.manual_seed(0)
        x = torch.randn(32, 4)
        return DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8)

    def trainer(logger, **options):
        return lightning.Trainer(logger=logger, max_epochs=2, accelerator="cpu", log_every_n_steps=1,
                                 enable_progress_bar=False, enable_model_summary=False, **options)
"""


def test_fit_and_test(project, recorded) -> None:
    done = project.run(MODULE + """
    logger = ExprecLogger(title="lit", tags=["tiny"])
    fitting = trainer(logger)
    module = Module(lr=0.05)
    fitting.fit(module, data(), data())
    fitting.test(module, data())
    """)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["tags"], run["warnings"]) == ("succeeded", "lit", ["tiny"], [])
    assert run["params"] == {"lr": 0.05, "hidden": 8, "fails": False}
    points = run.scalars("train/loss", "val/loss", "test/loss", "epoch")
    assert points["train/loss"]["step"] == list(range(8))
    values = points["train/loss"]["value"]
    assert sum(values[4:]) < sum(values[:4])  # the second epoch's and the first one's
    assert points["val/loss"]["step"] == [3, 7] and points["test/loss"]["step"] == [8]
    assert set(points["epoch"]["value"]) == {0.0, 1.0, 2.0}
    assert [f["path"] for f in run["files"] if f["path"].endswith(".ckpt")] == ["lightning/checkpoints/epoch=1-step=8.ckpt"]


def test_a_fit_that_fails(project, recorded) -> None:
    done = project.run(MODULE + """
    trainer(ExprecLogger()).fit(Module(lr=0.05, fails=True), data())
    """)
    assert done.returncode == 1 and "RuntimeError: bad batch" in done.stderr
    run = recorded()
    assert (run["status"], run["failure"]["message"]) == ("failed", "bad batch")
    assert run.scalars("train/loss")["train/loss"]["step"] == [0, 1]


def test_two_processes(project, recorded) -> None:
    done = project.run(MODULE + """
    if __name__ == "__main__":
        trainer(ExprecLogger(title="ddp"), devices=2, strategy="ddp").fit(Module(lr=0.05), data(), data())
    """)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "ddp", [])
    points = run.scalars("train/loss", "val/loss")
    assert points["train/loss"]["step"] == [0, 1, 2, 3] and points["val/loss"]["step"] == [1, 3]


def test_an_experiment_of_the_program(project, recorded) -> None:
    done = project.run(MODULE + """
    import exprec
    with exprec.Experiment(name="outer") as experiment:
        trainer(ExprecLogger(experiment)).fit(Module(lr=0.05), data())
        experiment.set_result("done", 1)
    """)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["name"], run["results"]) == ("succeeded", "outer", {"done": 1})
    assert run.scalars("train/loss")["train/loss"]["step"] == list(range(8))
