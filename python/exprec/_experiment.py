"""Experiment: a run while it is recorded."""

from __future__ import annotations

import os
import threading

from . import _begin as beginning
from . import _errors, _process, _settings
from ._journal import Journal, Nowhere
from ._names import Segments, check_name, check_path
from ._scalars import Scalars
from ._values import named, number, plain, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import IO, Any

    from ._output import Diversion

_NEW, _LIVE, _ENDED = "new", "live", "ended"
_MOST_WARNINGS = 100


class Experiment:
    """Records a run, from ``with`` (or start, or the first value) to its end.

    No call raises for what goes wrong with recording: that is said once on
    stderr. Wrong arguments raise TypeError or ValueError. An experiment that
    has ended, and one that is switched off by EXPREC=off, ignores what it is
    told. All methods may be called by several threads, and in forks.
    """

    def __init__(
        self,
        title: str = "",
        tags: Iterable[str] | None = None,
        verbose: bool = True,
        exceptions_to_ignore: Iterable[type[BaseException] | str] | None = None,
        name: str = "",
        *,
        group: str = "",
        steps: int | None = None,
        resume: str = "",
        output: bool = True,
        source: bool = True,
        system: bool = True,
    ) -> None:
        """Say what the run is.

        title: a line for people.
        tags: of lower-case letters, digits and hyphens.
        verbose: print a line at the start and one at the end on stderr.
        exceptions_to_ignore: exceptions, or their names, that ``with`` swallows;
            the run counts as stopped. By default every exception goes on.
        name: what the run is called on the command line.
        group: holds runs together, such as a sweep.
        steps: how many are planned.
        resume: the run that this one goes on from: id, name, alias or @.
        output, source, system: whether to keep what is printed, the source, and
            figures of the machine.
        """
        self._settings = _settings.Settings(title, tags, verbose, name, group, steps, resume, output, source, system)
        self._to_ignore = _errors.check_ignored(exceptions_to_ignore)
        self._setup()

    def _setup(self) -> None:
        self._phase = _NEW
        self._turn = threading.Lock()
        self._started: beginning.Started | None = None
        self._journal: Journal = Nowhere()
        self._scalars: Scalars | None = None  # None until the start
        self._diversion: Diversion | None = None
        self._owner = os.getpid()
        self._forked_off = False
        self._ending: _errors.Ending | None = None
        self._warned: set[str] = set()
        self._segments = Segments()
        self._hashing: list[threading.Thread] = []
        self._temporary: Any = None

    # The life of a run.

    def start(self) -> Experiment:
        """Start the run, if that has not been done."""
        with self._turn:
            if self._phase == _NEW:
                self._phase = _LIVE
                self._begin()
        return self

    def _begin(self) -> None:
        started = None
        if not _settings.off():
            try:
                started = beginning.begin(self._settings, _process.invited())
            except beginning.CannotRecord as error:
                self._say(f"this run is not recorded: {error}")
        if started is None:
            self._scalars = Scalars(self._journal)
            return
        self._attach(started)
        if self._settings.output and started.output and not started.joined:
            self._divert(started)
        if not started.joined and not started.waiting:
            _process.invite(started.run, started.folder)

    def _attach(self, started: beginning.Started) -> None:
        """Become a writer of a run."""
        self._started = started
        self._journal = self._new_journal()
        self._scalars = Scalars(self._journal)
        if not self._forked_off:
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

        diversion = Diversion(started.folder, started.supervisor, self._warn)
        try:
            diversion.take()
        except OSError as error:
            self._warn(f"the output is not recorded: {error}")
        else:
            self._diversion = diversion

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
            if self._phase != _LIVE:
                self._phase = _ENDED
                return
            self._phase = _ENDED
        self._close(ending)
        started, diversion = self._started, self._diversion
        self._diversion = None
        if diversion is not None and not self._forked_off:
            diversion.give_back()
        if started is None or self._forked_off:
            return
        _process.uninvite(started.run)
        if started.supervisor and not started.joined:
            from . import _lock, _seal

            problem = _seal.finish(started, _lock.Lock(started.folder), ending.exit_code)
            if problem:
                self._say(problem)

    def _close(self, ending: _errors.Ending) -> None:
        """Write the last words of this process."""
        for thread in self._hashing:
            thread.join()
        _process.remove(self)
        if self._forked_off and not self._journal.opened:
            self._journal.disown()
        else:
            self._failed(ending)
            self._journal.end((self._ending or ending).fields())
        self._journal = Nowhere()
        self._scalars = Scalars(self._journal)

    # What the package calls: forks, exits, exceptions.

    def _exiting(self) -> None:
        """The interpreter ends. The supervisor sees how, and seals the run."""
        with self._turn:
            if self._phase != _LIVE:
                return
            self._phase = _ENDED
        self._close(_errors.Ending("succeeded"))

    def _uncaught(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        self._failed(_errors.of_exception(kind, value, trace))

    def _forked(self) -> None:
        """This is a fork: what it logs goes into a journal of its own."""
        self._turn = threading.Lock()
        self._forked_off = True
        self._hashing = []
        if self._diversion is not None:
            self._diversion.forget()
            self._diversion = None
        if self._started is not None:
            self._journal.disown()
            self._journal = self._new_journal()
            self._scalars = Scalars(self._journal)

    def _wrote(self) -> None:
        """The journal was made. In a worker of multiprocessing only this is called at its end."""
        if self._forked_off:
            import sys

            util = sys.modules.get("multiprocessing.util")
            if util is not None:
                util.Finalize(None, self._exiting, exitpriority=0)

    def __enter__(self) -> Experiment:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> bool:
        if kind is None:
            self._finish(_errors.Ending("succeeded"))
            return False
        if _errors.ignored(kind, self._to_ignore):
            self._finish(_errors.Ending("stopped"))
            return True
        self._finish(_errors.of_exception(kind, value, trace))
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process, such as a spawned worker, it writes into the same run."""
        self._ensure()
        return _join, (self._settings, self._started)

    # Values.

    def set_parameter(self, name: str, value: object) -> None:
        """Record a parameter; the last value of a name wins.

        Numbers, texts, lists, dicts, dataclasses, namespaces and mappings keep
        their form. What has none is kept as text, with a warning.
        """
        check_name("parameter", name)
        self._ensure()
        made = plain(value, lambda note: self._warn(f"the parameter {name!r}: {note}"))
        try:
            self._journal.line({"param": name, "v": made})
        except ValueError as error:
            self._warn(f"the parameter {name!r} is not recorded: {error}")

    def set_parameters(self, values: object) -> None:
        """Record each entry of a mapping, argparse.Namespace or dataclass as a parameter."""
        entries = named(values)
        if entries is None:
            raise TypeError(f"parameters are a mapping, a namespace or a dataclass, not {type(values).__name__}")
        for name in entries:
            check_name("parameter", name)
        for name, value in entries.items():
            self.set_parameter(name, value)

    def add_scalar(self, name: str, value: Any, step: int | None = None) -> None:
        """Record a number at a step; without one, at the step after the last of that name."""
        (self._scalars or self._ready()).add(name, value, step)

    def add_scalars(self, values: Mapping[str, Any], step: int | None = None) -> None:
        """Record several numbers at one step."""
        entries = named(values)
        if entries is None:
            raise TypeError(f"scalars are a mapping of names to numbers, not {type(values).__name__}")
        scalars = self._scalars or self._ready()
        checked = [(check_name("scalar", name), number(value, "scalar", name)) for name, value in entries.items()]
        for name, value in checked:
            scalars.add(name, value, step)

    def set_result(self, name: str, value: Any) -> None:
        """Record a number without a step, such as the accuracy on the test set."""
        check_name("result", name)
        made = number(value, "result", name)
        self._ensure()
        self._journal.line({"result": name, "v": made})

    def set_goal(self, name: str, goal: str) -> None:
        """Say which is better of a scalar or result: "max" or "min". The first is the main one."""
        check_name("goal", name)
        goals = {"max": "max", "maximize": "max", "min": "min", "minimize": "min"}
        if goal not in goals:
            raise ValueError(f'a goal is "max" or "min", not {goal!r:.80}')
        self._ensure()
        self._journal.line({"goal": name, "v": goals[goal]})

    def add_image(self, name: str, image: Any, step: int) -> None:
        """Record a Pillow image, an array, a tensor, a figure or an image file at a step.

        Arrays are (height, width) or (height, width, channels): bytes, 16 bits,
        booleans, or floats from 0 to 1.
        """
        from . import _images

        check_name("image", name)
        step = whole(step, "a step")
        self._ensure()
        try:
            self._keep_image(name, _images.encode(image), step)
        except OSError as error:
            self._warn(f"the image {name!r} at step {step} is not recorded: {error}")

    def _keep_image(self, name: str, image: Any, step: int) -> None:
        if self._started is None or self._phase == _ENDED:
            return
        file = f"{self._segments.of(name)}/{step}.{image.kind}"
        path = os.path.join(self._started.folder, "images", *file.split("/"))
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        temporary = os.path.join(os.path.dirname(path), f".new-{os.urandom(6).hex()}")
        with open(temporary, "xb") as out:
            out.write(image.data)
        os.replace(temporary, path)
        line = {"image": name, "s": step, "file": file, "w": image.width, "h": image.height, "size": len(image.data)}
        self._journal.line(line)

    # Files and data.

    def open(self, filename: str | os.PathLike[str], mode: str = "r", uuid: str | None = None, **options: Any) -> IO[Any]:
        """Open a file of the run, with the modes and options of the built-in open.

        With uuid a file of another run, which has ended, is opened for reading,
        and that run becomes a parent of this one. FileNotFoundError where there
        is no such run or file, ValueError for a mode that writes.
        """
        if not isinstance(mode, str):
            raise TypeError(f"a mode is a str, not {type(mode).__name__}")
        from . import _files

        self._ensure()
        if uuid is not None:
            file, run = _files.open_other(uuid, filename, mode, options)
            self._journal.line({"parent": run, "file": check_path(filename)})
            return file
        if self._phase == _ENDED and any(letter in mode for letter in "wax+"):
            raise ValueError(f"the run {self.id[:8]} has ended: write its files before that")
        return _files.open_own(self.dir, filename, mode, options)

    def add_file(self, name: str, path: str | os.PathLike[str]) -> None:
        """Copy a file into the run, under a relative path with slashes."""
        from . import _files

        name = check_path(name)
        self._ensure()
        if self._phase == _ENDED:
            return
        try:
            _files.copy_in(self.dir, name, path)
        except OSError as error:
            self._warn(f"the file {os.fspath(path)!r} is not recorded: {error}")

    def add_input(self, name: str, path: str | os.PathLike[str]) -> None:
        """Record data that the run reads, a file or folder, by path, size and SHA-256.

        The hash is computed in the background; the end of the run waits for it.
        """
        check_name("input", name)
        absolute = os.path.abspath(os.fsdecode(os.fspath(path)))
        self._ensure()
        if not os.path.exists(absolute):
            self._warn(f"the input {name!r} is not recorded: there is no {absolute}")
            return
        self._journal.line({"input": name, "path": absolute})
        thread = threading.Thread(target=self._hash, args=(name, absolute), name="exprec hash", daemon=True)
        self._hashing.append(thread)
        thread.start()

    def _hash(self, name: str, path: str) -> None:
        from . import _files

        try:
            size, digest = _files.hash_path(path)
        except OSError as error:
            self._warn(f"the input {name!r} is recorded without its hash: {error}")
        else:
            self._journal.line({"input": name, "path": path, "size": size, "sha256": digest})

    # What the run is.

    @property
    def id(self) -> str:
        """The run's UUID, empty where nothing is recorded."""
        self._ensure()
        return self._started.run if self._started is not None else ""

    uuid = id

    @property
    def dir(self) -> str:
        """The run's folder; files put below its subfolder files are part of the run.

        Where nothing is recorded it is a temporary one.
        """
        self._ensure()
        if self._started is not None:
            return self._started.folder
        if self._temporary is None:
            import tempfile

            self._temporary = tempfile.TemporaryDirectory(prefix="exprec-")
        return str(self._temporary.name)

    @property
    def path(self) -> Path:
        """The run's folder as a path."""
        from pathlib import Path

        return Path(self.dir)

    @property
    def alias(self) -> str:
        """The two words that the run is called by, empty where exprec did not start it."""
        self._ensure()
        return self._started.alias if self._started is not None else ""

    @property
    def title(self) -> str:
        """As given."""
        return self._settings.title

    @property
    def name(self) -> str:
        """As given."""
        return self._settings.name

    @property
    def group(self) -> str:
        """As given."""
        return self._settings.group

    @property
    def tags(self) -> list[str]:
        """As given."""
        return list(self._settings.tags)

    @property
    def steps(self) -> int:
        """How many are planned, 0 unknown."""
        return self._settings.steps

    def __repr__(self) -> str:
        run = self._started.run[:8] if self._started is not None else "no run"
        return f"<exprec.Experiment {run}, {self._phase}>"

    # Messages.

    def _ensure(self) -> None:
        if self._phase == _NEW:
            self.start()

    def _ready(self) -> Scalars:
        self._ensure()
        if self._scalars is None:
            self._scalars = Scalars(self._journal)
        return self._scalars

    def _warn(self, text: str) -> None:
        """Say something once, and keep it in the record."""
        if text in self._warned or len(self._warned) >= _MOST_WARNINGS:
            return
        self._warned.add(text)
        self._say(text)
        self._journal.line({"warning": text})

    def _say(self, text: str) -> None:
        """Print a line for people, past the recorded output."""
        fd = self._diversion.message_fd() if self._diversion is not None else 2
        try:
            os.write(fd, f"exprec: {text}\n".encode("utf-8", "replace"))
        except OSError:
            pass


def start(title: str = "", tags: Iterable[str] | None = None, **options: Any) -> Experiment:
    """Start an experiment that lasts until its finish, or the end of the program."""
    return Experiment(title, tags, **options).start()


def _join(settings: _settings.Settings, started: beginning.Started | None) -> Experiment:
    """Make an experiment of another process a writer of this process's own."""
    for known in _process.live():
        if started is not None and known._started is not None and known._started.run == started.run:
            return known
    experiment = Experiment.__new__(Experiment)
    experiment._settings, experiment._to_ignore = settings, ()
    experiment._setup()
    experiment._phase = _LIVE
    experiment._forked_off = True
    if started is None:
        experiment._scalars = Scalars(experiment._journal)
    else:
        experiment._attach(started)
    return experiment
