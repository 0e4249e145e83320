"""Descriptors 1 and 2 of this process go to the supervisor of the run.

So what children and C code print is recorded as well. When the supervisor
dies, the descriptors are taken back and what is in the pipes is passed on.
"""

from __future__ import annotations

import os
import select
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._watch import Watch

_NAMES = {1: "stdout", 2: "stderr"}
_RESERVED = 10  # the least number of a copied descriptor


class Diversion:
    """The descriptors, while they are diverted."""

    def __init__(self, folder: str, supervisor: int, watch: Watch, lost: Callable[[str], None]) -> None:
        self._folder = folder
        self._supervisor = supervisor
        self._watch = watch
        self._lost = lost
        self._saved: dict[int, int] = {}
        self._readers: dict[int, int] = {}
        self._pidfd = -1
        self._turn = threading.Lock()
        self._taken = False

    def take(self) -> None:
        """Divert them from now on; OSError where that cannot be done."""
        flush()
        try:
            self._open()
        except OSError:
            self._close()
            raise
        self._taken = True
        if self._pidfd >= 0:
            self._watch.add(self._pidfd, self._supervisor_died)

    def _open(self) -> None:
        import fcntl

        if hasattr(os, "pidfd_open"):
            self._pidfd = os.pidfd_open(self._supervisor)
        writers: dict[int, int] = {}
        try:
            for fd, name in _NAMES.items():
                path = os.path.join(self._folder, name)
                try:
                    self._saved[fd] = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _RESERVED)
                except OSError:
                    continue  # the program was started without it
                # A reading end that stays open: a supervisor that dies takes nothing along.
                self._readers[fd] = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                writers[fd] = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                os.set_blocking(writers[fd], True)
            for fd, writer in writers.items():
                os.dup2(writer, fd)
        except OSError:
            self._restore()
            raise
        finally:
            for writer in writers.values():
                os.close(writer)

    def give_back(self) -> None:
        """Put the descriptors back; what was printed is in the supervisor's hands."""
        flush()
        with self._turn:
            taken, self._taken = self._taken, False
            if taken:
                self._restore()
        if self._watch.stop():
            self._close()

    def message_fd(self) -> int:
        """Give the descriptor that messages for people go to, past the diversion."""
        return self._saved.get(2, 2) if self._taken else 2

    def forget(self) -> None:
        """In a fork: what is printed goes on to the supervisor, and nothing is watched."""
        self._taken = False
        self._close()

    def _supervisor_died(self) -> bool:
        """Take the descriptors back, and pass on what is in the pipes and what children still print."""
        with self._turn:
            if self._taken:
                flush()
                self._taken = False
                self._restore()
                self._lost("the output is no longer recorded: the supervisor of the run has ended")
                for fd, reader in self._readers.items():
                    self._watch.add(reader, _passing(reader, self._saved[fd]))
        return False

    def _restore(self) -> None:
        for fd, saved in self._saved.items():
            os.dup2(saved, fd)

    def _close(self) -> None:
        for fd in (*self._saved.values(), *self._readers.values(), self._pidfd):
            if fd >= 0:
                os.close(fd)
        self._saved, self._readers, self._pidfd = {}, {}, -1


def _passing(reader: int, to: int) -> Callable[[], bool]:
    def go_on() -> bool:
        try:
            data = os.read(reader, 65536)
        except BlockingIOError:
            return True
        _write_all(to, data)
        return bool(data)

    return go_on


def flush() -> None:
    """Write out what Python still holds of what was printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, None, or somebody's own object
            pass


def _write_all(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            select.select([], [fd], [])
        except OSError:
            return
