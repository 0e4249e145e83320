"""The experiment that loggers of frameworks write into."""

from __future__ import annotations

from . import _process
from ._experiment import Experiment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def current(experiment: Experiment | None, options: dict[str, Any]) -> tuple[Experiment, bool]:
    """Give the one that was handed over, else the live one of this process, else a new one.

    True says that it is new, and whoever asked is to end it.
    """
    if experiment is not None:
        return experiment.start(), False
    for known in reversed(_process.live()):
        if isinstance(known, Experiment):
            return known, False
    return Experiment(**options).start(), True
