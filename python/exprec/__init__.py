"""Records experiments, so that runs can be compared and results reproduced.

Two lines are the whole set-up::

    from exprec import Experiment

    with Experiment() as experiment:
        experiment.set_parameter("lr", 0.01)
        for step in range(100):
            experiment.add_scalar("loss", 1 / (step + 1), step)

The source, what the program and its children print, the installed packages, the
exception and the exit of the run become one git commit on refs/exprec/<uuid> of
the repository that the program runs in. What was logged survives SIGKILL, and
recording never brings the program down.
"""

from __future__ import annotations

from ._experiment import Experiment, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._query import Run, Runs, run, runs

__version__ = "0.2.0"
__all__ = ["Experiment", "Run", "Runs", "run", "runs", "start"]


def __getattr__(name: str) -> object:
    """Load what reads runs only where it is used."""
    if name in ("Run", "Runs", "run", "runs"):
        from . import _query

        return getattr(_query, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
