"""Experiment: a run while it is recorded."""

from __future__ import annotations

import os
import threading

from . import _begin as beginning
from . import _errors, _process, _settings
from ._life import ENDED, LIVE
from ._names import check_name, check_path
from ._recording import Recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import IO, Any


class Experiment(Recording):
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

    def start(self) -> Experiment:
        """Start the run, if that has not been done."""
        self._ensure()
        return self

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
        if self._phase == ENDED and any(letter in mode for letter in "wax+"):
            raise ValueError(f"the run {self.id[:8]} has ended: write its files before that")
        return _files.open_own(self.dir, filename, mode, options)

    def add_file(self, name: str, path: str | os.PathLike[str]) -> None:
        """Copy a file into the run, under a relative path with slashes."""
        from . import _files

        name = check_path(name)
        self._ensure()
        if self._phase == ENDED:
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
        """The run's folder; files put below its subfolder files, which is there, are part of the run.

        Where nothing is recorded it is a temporary one.
        """
        self._ensure()
        if self._started is not None:
            if self._phase != ENDED:
                self._make_files(self._started.folder)
            return self._started.folder
        if self._temporary is None:
            import tempfile

            self._temporary = tempfile.TemporaryDirectory(prefix="exprec-")
            self._make_files(self._temporary.name)
        return str(self._temporary.name)

    @staticmethod
    def _make_files(folder: str) -> None:
        try:
            os.makedirs(os.path.join(folder, "files"), mode=0o700, exist_ok=True)
        except OSError:
            pass  # who writes a file says what is wrong

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

def start(title: str = "", tags: Iterable[str] | None = None, **options: Any) -> Experiment:
    """Start an experiment that lasts until its finish, or the end of the program."""
    return Experiment(title, tags, **options).start()


def _join(settings: _settings.Settings, started: beginning.Started | None) -> Experiment:
    """Make an experiment of another process a writer of this process's own."""
    for known in _process.live():
        if isinstance(known, Experiment) and started is not None and known.id == started.run:
            return known
    experiment = Experiment.__new__(Experiment)
    experiment._settings, experiment._to_ignore = settings, ()
    experiment._setup()
    experiment._phase = LIVE
    experiment._worker = True
    if started is not None:
        experiment._attach(started)
    return experiment
