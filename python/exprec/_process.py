"""What this process has of experiments: which are live, and hooks for their end.

This is the only state of the package: forks, the exit of the interpreter and an
exception that nobody catches concern all experiments of the process.
"""

from __future__ import annotations

import atexit
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ._life import Life


class _State:
    def __init__(self) -> None:
        self.live: list[Life] = []
        self.hooked = False  # for forks and the exit, once for all
        self.catching = False  # sys.excepthook is ours, or calls ours
        self.before: Callable[..., object] = sys.__excepthook__  # sys.excepthook as it was
        self.begun = 0  # experiments so far
        self.invited = ""  # the run that this process put into its environment


_state = _State()


def add(experiment: Life) -> None:
    """Have an experiment ended when the process ends."""
    _state.live.append(experiment)
    if not _state.hooked:
        _state.hooked = True
        atexit.register(_at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_fork)
    if not _state.catching:
        _state.catching = True
        _state.before = sys.excepthook
        sys.excepthook = _excepthook


def remove(experiment: Life) -> None:
    """Forget an experiment that has ended."""
    if experiment in _state.live:
        _state.live.remove(experiment)
    if not _state.live and sys.excepthook is _excepthook:
        sys.excepthook = _state.before
        _state.catching = False


def count() -> int:
    """Count an experiment that begins, and give its number."""
    _state.begun += 1
    return _state.begun


def live() -> list[Life]:
    """Give the live experiments, the oldest first."""
    return list(_state.live)


def invited() -> str:
    """Give the run that this process put into its own environment."""
    return _state.invited


def invite(run: str, folder: str) -> None:
    """Have the programs that this process starts join a run."""
    os.environ["EXPREC_RUN"], os.environ["EXPREC_DIR"] = run, folder
    _state.invited = run


def uninvite(run: str) -> None:
    """Undo invite, where it still holds for that run."""
    if _state.invited == run:
        _state.invited = ""
        if os.environ.get("EXPREC_RUN") == run:
            del os.environ["EXPREC_RUN"]
            os.environ.pop("EXPREC_DIR", None)
            for outer in live():
                outer._invite()


def _at_exit() -> None:
    for experiment in reversed(live()):
        experiment._exiting()


def _excepthook(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
    for experiment in live():
        experiment._uncaught(kind, value, trace)
    _state.before(kind, value, trace)


def _before_fork() -> None:
    for experiment in live():
        experiment._pause()


def _after_fork() -> None:
    for experiment in live():
        experiment._resume()


def _in_fork() -> None:
    _state.invited = ""  # the fork is another process: it joins the run, if it wants one
    for experiment in live():
        experiment._forked()
