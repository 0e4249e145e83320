"""A logger for PyTorch Lightning::

    from exprec.lightning import ExprecLogger

    trainer = Trainer(logger=ExprecLogger(title="resnet"))
"""

from __future__ import annotations

import os
import sys

try:
    from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment
    from lightning.pytorch.utilities import rank_zero_only
except ImportError:
    from pytorch_lightning.loggers.logger import Logger, rank_zero_experiment
    from pytorch_lightning.utilities import rank_zero_only

from ._current import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._experiment import Experiment


class ExprecLogger(Logger):  # type: ignore[misc]
    """Records into an experiment that is handed over, the live one of the process, or a new one.

    A new one is made with the options of Experiment when it is first needed, and
    lasts until the program ends: a trainer may fit and test with one logger.
    Checkpoints go into the files of the run.
    """

    def __init__(self, experiment: Experiment | None = None, **options: Any) -> None:
        super().__init__()
        self._given = experiment
        self._options = options
        self._found: Experiment | None = None

    @property
    @rank_zero_experiment  # type: ignore[untyped-decorator]
    def experiment(self) -> Experiment:
        """The experiment; on other ranks than 0 an object that ignores all calls."""
        if self._found is None:
            self._found, _ = current(self._given, self._options)
        return self._found

    @property
    def name(self) -> str:
        """The folder of checkpoints below save_dir."""
        return "lightning"

    @property
    def version(self) -> str:
        """Empty: each run has its own save_dir."""
        return ""

    @property
    def save_dir(self) -> str | None:
        """The folder of the run's files; None on other ranks than 0."""
        folder = self.experiment.dir
        return os.path.join(folder, "files") if isinstance(folder, str) else None

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Record scalars."""
        self.experiment.add_scalars(metrics, step)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_hyperparams(self, params: Any, *_: object, **__: object) -> None:
        """Record parameters."""
        if params is not None:
            self.experiment.set_parameters(params)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_image(self, key: str, images: list[Any], step: int | None = None, **_: object) -> None:
        """Record images: one as key, several as key/0, key/1, …"""
        for number, image in enumerate(images):
            self.experiment.add_image(key if len(images) == 1 else f"{key}/{number}", image, step or 0)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def finalize(self, status: str) -> None:
        """Take note of a fit that failed. The run goes on, a test may follow."""
        if status == "failed":
            self.experiment.fail(sys.exc_info()[1] or "the trainer says that it failed")
