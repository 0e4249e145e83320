"""Loggers of frameworks. Lightning and transformers are small stand-ins here, with the parts of their interface that the loggers touch."""

from __future__ import annotations

LIGHTNING = """
    import functools, os, sys, types
    class Dummy:
        def nop(self, *a, **k): pass
        def __getattr__(self, _): return self.nop
        def __getitem__(self, _): return self
    def rank_zero_only(f):
        @functools.wraps(f)
        def call(*a, **k):
            return f(*a, **k) if os.environ.get("RANK", "0") == "0" else None
        return call
    def rank_zero_experiment(f):
        @functools.wraps(f)
        def call(self):
            return f(self) if os.environ.get("RANK", "0") == "0" else Dummy()
        return call
    class Logger:
        def after_save_checkpoint(self, callback): pass
    for name in ("lightning", "lightning.pytorch", "lightning.pytorch.loggers", "lightning.pytorch.loggers.logger", "lightning.pytorch.utilities"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["lightning.pytorch.loggers.logger"].Logger = Logger
    sys.modules["lightning.pytorch.loggers.logger"].rank_zero_experiment = rank_zero_experiment
    sys.modules["lightning.pytorch.utilities"].rank_zero_only = rank_zero_only
    from exprec.lightning import ExprecLogger
"""


def test_summary_writer(project) -> None:
    done = project.run("""
        import numpy
        from exprec.tensorboard import SummaryWriter
        with SummaryWriter("runs/a", comment="_lr_0.1", flush_secs=3) as w:
            for i in range(3):
                w.add_scalar("loss", 1 / (i + 1), i)
            w.add_scalar("loss", scalar_value=0.1, global_step=9, walltime=1.0, new_style=True)
            w.add_scalars("acc", {"train": 0.5, "val": 0.25}, 2)
            w.add_image("chw", numpy.zeros((3, 4, 6), numpy.uint8), 1)
            w.add_image("hwc", numpy.zeros((4, 6, 3)), 1, dataformats="HWC")
            w.add_image("hw", numpy.zeros((4, 6)), dataformats="HW")
            w.add_images("batch", numpy.zeros((2, 3, 4, 6)), 5)
            w.add_text("notes/a", "größe", 3)
            w.add_hparams({"lr": 0.1, "bs": 8}, {"hparam/acc": 0.5})
            for _ in range(2):
                w.add_histogram("weights", numpy.zeros(5), 1)
                w.add_graph(None)
            w.flush()
            try:
                w.add_nonsense
            except AttributeError:
                pass
            else:
                raise SystemExit("it has all attributes")
            try:
                w.add_image("x", numpy.zeros((4, 6)), 1)
            except ValueError as error:
                assert "dataformats" in str(error)
    """)
    assert done.returncode == 0, done.stderr
    run = project.show()
    assert (run["status"], run["title"]) == ("succeeded", "runs/a _lr_0.1")
    assert [step for step, _ in project.points("loss")] == [0, 1, 2, 9]
    assert project.points("acc/val") == [(2, 0.25)]
    assert {(i["name"], i["step"]) for i in run["images"]} == {("chw", 1), ("hwc", 1), ("hw", 0), ("batch/0", 5), ("batch/1", 5)}
    assert project.exprec("cat", "@", "text/notes%2Fa/3.txt") == "größe"
    assert run["params"] == {"lr": 0.1, "bs": 8} and run["results"] == {"hparam/acc": 0.5}
    assert len(run["warnings"]) == 2 and "add_histogram" in run["warnings"][0]


def test_summary_writer_within_an_experiment(project) -> None:
    done = project.run("""
        import exprec
        from exprec.tensorboard import SummaryWriter
        with exprec.Experiment(name="outer") as e:
            w = SummaryWriter()
            w.add_scalar("loss", 1.0, 1)
            assert w.experiment is e and w.log_dir == w.get_logdir() == e.dir
            w.close()
            e.add_scalar("loss", 2.0, 2)
        try:
            with SummaryWriter(comment="fails") as w: 1 / 0
        except ZeroDivisionError:
            pass
    """)
    assert done.returncode == 0, done.stderr
    assert project.points("loss", "outer") == [(1, 1.0), (2, 2.0)]
    assert [run["status"] for run in project.runs()] == ["failed", "succeeded"]


def test_lightning_logger(project) -> None:
    done = project.run(LIGHTNING + """
    import argparse
    logger = ExprecLogger(title="lit")
    logger.log_hyperparams(argparse.Namespace(lr=0.1))
    logger.log_hyperparams(None)
    logger.log_metrics({"loss": 0.5, "epoch": 0}, step=3)
    logger.log_metrics({"loss": 0.25, "epoch": 1}, step=4)
    folder = os.path.join(logger.save_dir, str(logger.name), logger.version, "checkpoints")
    os.makedirs(folder)
    open(os.path.join(folder, "last.ckpt"), "w").write("weights")
    logger.finalize("success")
    logger.log_metrics({"test": 1.0}, step=5)
    """)
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert (run["status"], run["title"], run["params"]) == ("succeeded", "lit", {"lr": 0.1})
    assert project.points("loss") == [(3, 0.5), (4, 0.25)] and project.points("test") == [(5, 1.0)]
    assert [f["path"] for f in run["files"]] == ["lightning/checkpoints/last.ckpt"]


def test_lightning_logger_of_a_fit_that_fails(project) -> None:
    done = project.run(LIGHTNING + """
    logger = ExprecLogger()
    try:
        logger.log_metrics({"loss": 0.5}, step=3)
        raise RuntimeError("bad batch")
    except RuntimeError:
        logger.finalize("failed")
    """)
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert (run["status"], run["failure"]["message"]) == ("failed", "bad batch")


def test_lightning_logger_on_another_rank(project) -> None:
    done = project.run(LIGHTNING + """
    logger = ExprecLogger()
    logger.log_metrics({"loss": 0.5}, step=3)
    assert logger.save_dir is None
    logger.finalize("success")
    """, RANK="1")
    assert done.returncode == 0, done.stderr
    assert project.runs() == []


def test_transformers_callback(project) -> None:
    done = project.run("""
        import sys, types
        sys.modules["transformers"] = types.ModuleType("transformers")
        sys.modules["transformers"].TrainerCallback = type("TrainerCallback", (), {})
        from exprec.transformers import ExprecCallback
        class Arguments:
            def to_sanitized_dict(self): return {"learning_rate": 5e-5, "output_dir": "out", "hub_token": "<HUB_TOKEN>"}
        class Config:
            def to_dict(self): return {"layers": 2}
        state = types.SimpleNamespace(is_world_process_zero=True, global_step=0)
        callback = ExprecCallback(title="hf", tags=["bert"])
        callback.on_train_begin(Arguments(), state, None, model=types.SimpleNamespace(config=Config()), processing_class=None)
        for step in (10, 20):
            state.global_step = step
            callback.on_log(Arguments(), state, None, logs={"loss": 1 / step, "epoch": 0.1, "note": "text", "flag": True}, model=None)
        callback.on_log(Arguments(), types.SimpleNamespace(is_world_process_zero=False, global_step=30), None, logs={"loss": 1})
    """)
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "hf", [])
    assert run["params"] == {"learning_rate": 5e-5, "output_dir": "out", "model": {"layers": 2}}
    assert project.points("loss") == [(10, 0.1), (20, 0.05)]
