"""The life of an experiment: start, end, forks, and what is said to people."""

from __future__ import annotations

import threading

from . import _begin as beginning
from . import _errors, _notebook, _process, _settings
from ._journal import Journal, Nowhere
from ._messages import Messages
from ._names import Segments
from ._scalars import Scalars
from ._watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

NEW, LIVE, ENDED = "new", "live", "ended"
_HASH_PATIENCE = 1.0  # seconds that an end by an exception waits for hashes of inputs


class Life(Messages):
    """What an experiment is apart from its values."""

    _settings: _settings.Settings
    _to_ignore: tuple[type[BaseException] | str, ...]

    def _setup(self) -> None:
        self._phase = NEW
        self._turn = threading.RLock()  # a signal may come meanwhile, whose handler ends the run
        self._started: beginning.Started | None = None
        self._journal = Nowhere()
        self._scalars: Scalars | None = None  # None until the start
        self._diversion = None
        self._notebook: _notebook.Notebook | None = None
        self._worker = False  # a fork, or a process that was handed the experiment
        self._ending: _errors.Ending | None = None
        self._warned = set()
        self._segments = Segments()
        self._hashing: list[threading.Thread] = []
        self._watch = Watch(self._beat)
        self._paused = False
        self._temporary: Any = None

    def _ensure(self) -> None:
        """Start the run, if that has not been done."""
        if self._phase == NEW:
            with self._turn:
                if self._phase == NEW:
                    self._phase = LIVE
                    self._begin()

    def _begin(self) -> None:
        started, notebook = None, _notebook.shell()
        if not _settings.off():
            try:
                started = beginning.begin(self._settings, _process.invited(), _process.count(), notebook is None)
            except beginning.CannotRecord as error:
                self._say(f"this run is not recorded: {error}")
        if started is None:
            self._scalars = Scalars(self._journal)
            return
        self._attach(started)
        if notebook is not None:
            self._keep_cells(notebook, started)
        elif self._settings.output and started.output and not started.joined:
            self._divert(started)
        self._invite()

    def _invite(self) -> None:
        """Have the programs that this process starts join the run, if it is this process's own."""
        started = self._started
        if started is not None and not (started.joined or started.waiting or self._worker):
            _process.invite(started.run, started.folder)

    def _attach(self, started: beginning.Started) -> None:
        """Become a writer of a run."""
        self._started = started
        self._journal = self._new_journal()
        self._scalars = Scalars(self._journal)
        if not self._worker:
            self._journal.line({"facts": {"runtime": beginning.runtime()}})
            if started.joined and self._settings.meta():
                self._journal.line({"meta": self._settings.meta()})
        _process.add(self)

    def _new_journal(self) -> Journal:
        started = self._started
        assert started is not None
        return Journal(started.folder, started.run, started.world, self._say, self._wrote)

    def _divert(self, started: beginning.Started) -> None:
        from ._output import Diversion

        diversion = Diversion(started.folder, started.supervisor, self._watch, self._warn)
        try:
            diversion.take()
        except OSError as error:
            self._warn(f"the output is not recorded: {error}")
        else:
            self._diversion = diversion

    def _keep_cells(self, shell: Any, started: beginning.Started) -> None:
        try:
            self._notebook = _notebook.Notebook(shell, started.folder, self._settings.output and not started.joined)
        except OSError as error:
            self._warn(f"the cells are not recorded: {error}")

    def finish(self) -> None:
        """End the run as succeeded, unless fail was called, and wait for its record."""
        self._finish(_errors.Ending("succeeded"))

    def fail(self, error: BaseException | str) -> None:
        """Say that the run has failed; the first error counts. It goes on until its end."""
        if isinstance(error, BaseException):
            words = _errors.describe(type(error), error, error.__traceback__)
        elif isinstance(error, str):
            words = {"type": "", "message": error}
        else:
            raise TypeError(f"an error is an exception or a str, not {type(error).__name__}")
        self._ensure()
        self._failed(_errors.Ending("failed", error=words))

    def _failed(self, ending: _errors.Ending) -> None:
        if self._ending is None:
            self._ending = ending
            if ending.error is not None:
                self._journal.line({"error": ending.error})

    def _finish(self, ending: _errors.Ending) -> None:
        with self._turn:
            if self._phase != LIVE:
                self._phase = ENDED
                return
            self._phase = ENDED
        self._close(ending)
        started, diversion = self._started, self._diversion
        self._diversion = None
        if diversion is not None and not self._worker:
            diversion.give_back()
        self._watch.stop()
        if started is None or self._worker:
            return
        _process.uninvite(started.run)
        if started.ranks is not None:
            started.ranks.leave()
        if started.supervisor and not started.joined:
            from . import _lock, _seal

            problem = _seal.finish(started, _lock.Lock(started.folder), ending.exit_code)
            if problem:
                self._say(problem)

    def _close(self, ending: _errors.Ending) -> None:
        """Write the last words of this process."""
        for thread in self._hashing:
            thread.join(None if ending.status == "succeeded" else _HASH_PATIENCE)
        self._end_notebook()
        _process.remove(self)
        if self._worker and not self._journal.opened:
            self._journal.abandon()
        else:
            self._failed(ending)
            self._journal.end((self._ending or ending).fields())
        self._journal = Nowhere()
        self._scalars = Scalars(self._journal)

    def _end_notebook(self) -> None:
        if self._notebook is not None and not self._worker:
            try:
                self._notebook.end()
            except OSError as error:
                self._warn(f"the last cells are not recorded: {error}")

    # What the package calls: forks, exits, exceptions.

    def _exiting(self) -> None:
        """The interpreter ends. The supervisor sees how, and seals the run.

        A kernel that is shut down or restarted did not come to the end of anything.
        """
        with self._turn:
            if self._phase != LIVE:
                return
            self._phase = ENDED
        self._close(_errors.Ending("succeeded" if self._notebook is None else "stopped"))

    def _uncaught(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        self._failed(_errors.of_exception(kind, value, trace))

    def _pause(self) -> None:
        """The process is about to fork: it does so without a thread of ours."""
        self._paused = self._watch.running and self._watch.stop(0.5)

    def _resume(self) -> None:
        if self._paused:
            self._watch.start()

    def _forked(self) -> None:
        """This is a fork: what it logs goes into a journal of its own."""
        self._turn = threading.RLock()
        self._worker = True
        self._hashing = []
        self._watch.forget()
        self._watch = Watch(self._beat)
        if self._diversion is not None:
            self._diversion.forget()
            self._diversion = None
        if self._notebook is not None:
            self._notebook.forget()
        if self._started is not None:
            self._journal.abandon()
            self._journal = self._new_journal()
            self._scalars = Scalars(self._journal)

    def _beat(self) -> None:
        self._journal.beat()

    def _wrote(self) -> None:
        """The journal was made. In a worker of multiprocessing only this is called at its end."""
        self._watch.start()
        if self._worker:
            import sys

            util = sys.modules.get("multiprocessing.util")
            if util is not None:
                util.Finalize(None, self._exiting, exitpriority=0)

    def __repr__(self) -> str:
        run = self._started.run[:8] if self._started is not None else "no run"
        return f"<exprec.Experiment {run}, {self._phase}>"

    def _ready(self) -> Scalars:
        self._ensure()
        if self._scalars is None:
            self._scalars = Scalars(self._journal)
        return self._scalars
