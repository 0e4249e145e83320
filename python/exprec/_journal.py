"""The journal: one file a process, one line a value, one write(2) a line.

A line that was written is in the kernel's hands: SIGKILL of the program loses
nothing. No call here raises for what the disk does.
"""

from __future__ import annotations

import errno
import io
import os
import threading
import weakref
from time import monotonic_ns, sleep, time_ns

from . import _lock, _world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 16 << 20  # bytes of a line
_PAUSE = 1_000_000_000  # nanoseconds between attempts to make the file
_SETTLING = 500_000_000  # nanoseconds that an end waits for the writes of other threads


class _File(io.FileIO):
    """A file that is closed when nobody uses it any more.

    A thread that is in the middle of a write holds it, so the number of the
    descriptor is never somebody else's file.
    """

    def __del__(self) -> None:
        self.close()


class Journal:
    """The journal of this process in one run; the file is made by the first line."""

    def __init__(
        self,
        folder: str,
        run: str,
        world: dict[str, str],
        lost: Callable[[str], None],
        opened: Callable[[], None] | None = None,
    ) -> None:
        self._opened = opened  # called when the file was made
        self._folder = folder
        self._run = run
        self._world = world
        self._lost = lost
        self._opening = threading.Lock()
        self._raw: Callable[[bytes], int | None] | None = None
        self._file: weakref.ref[_File] | None = None
        self._lock = _lock.Lock(folder)
        self._torn = False
        self._again = 0  # when the file is tried again, where it could not be made
        self._start = time_ns()
        self.zero = monotonic_ns()  # at the same moment
        self.dropped = 0
        self._why = ""  # the first was dropped
        self.closed = False
        # What is called for each line: this one only until the file is there.
        self.write: Callable[[bytes], int | None] = self._first

    def line(self, fields: dict[str, object]) -> None:
        """Append a line of these fields and the time."""
        import json

        self.open()
        text = json.dumps(fields, separators=(",", ":"))
        data = f'{{"t":{self.milliseconds()},{text[1:]}\n'.encode()
        if len(data) > _LONGEST:
            raise ValueError(f"it takes {len(data)} bytes as JSON, the limit is {_LONGEST}: save it with open() or add_file()")
        self.put(data)

    def put(self, data: bytes) -> None:
        """Append a line that is ready; what the disk refuses is counted."""
        try:
            written = self.write(data)
        except OSError as error:
            self.failed(error)
        else:
            if written != len(data):
                self.short(written, len(data))

    def milliseconds(self) -> int:
        """Give the time since the journal's start."""
        return (monotonic_ns() - self.zero) // 1_000_000

    def open(self) -> None:
        """Make the file, with its header, and take the run's lock."""
        with self._opening:
            if self._raw is not None or self.closed or monotonic_ns() < self._again:
                return
            self._lock.take()
            try:
                if self._lock.sealed():  # a worker that outlives the run
                    raise OSError(errno.EPERM, "the run has ended")
                file = self._create()
            except OSError as error:
                # The disk may be full now and have room later.
                self._again = monotonic_ns() + _PAUSE
                self.failed(error)
                return
            self._raw = self.write = file.write
            self._file = weakref.ref(file)
        if self._opened is not None:
            self._opened()

    def beat(self) -> None:
        """Give a sign of life."""
        self.put(f'{{"t":{self.milliseconds()},"heartbeat":true}}\n'.encode())

    def end(self, fields: dict[str, object]) -> None:
        """Write the last line, and let go of the file and the lock."""
        if self.dropped:
            self.line({"warning": f"{self.dropped} values are not recorded: {self._why}"})
            fields["dropped"] = self.dropped
        self.line({"end": fields})
        self._shut()
        self._settle()
        self._lock.release()

    def abandon(self) -> None:
        """Let go of the file and the lock without a word; in a fork the parent keeps both."""
        self._shut()
        self._lock.release()

    def _shut(self) -> None:
        self.closed = True
        self.write = self._raw = self._nothing

    def _settle(self) -> None:
        """Wait for threads that are in the middle of a write, and hold the file.

        A line that came after the record would be taken for one of another run.
        """
        give_up = monotonic_ns() + _SETTLING
        while self._file is not None and self._file() is not None and monotonic_ns() < give_up:
            sleep(0.0005)

    @property
    def opened(self) -> bool:
        """Whether there is anything in the file."""
        return self._raw is not None and not self.closed

    def failed(self, error: OSError) -> None:
        """Count a line that could not be written, and say so once."""
        self._drop(error.strerror or str(error))

    def short(self, written: int | None, wanted: int) -> None:
        """Take note of a line of which a part was written only."""
        if self.closed:
            return
        self._torn = True
        self.write = self._after_torn
        self._drop(f"{written or 0} of {wanted} bytes were written")

    def _drop(self, why: str) -> None:
        self.dropped += 1
        if self.dropped == 1:
            self._why = why
            self._lost(f"values are not recorded: {why}")

    def _create(self) -> _File:
        folder = os.path.join(self._folder, "journal")
        try:
            os.mkdir(folder, mode=0o700)
        except FileExistsError:
            pass
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        path = os.path.join(folder, os.urandom(8).hex() + ".jsonl")
        file = _File(path, "ab", opener=lambda name, _: os.open(name, flags, 0o600))
        header = self._header()
        try:
            if file.write(header) == len(header):
                return file
        except OSError:
            os.unlink(path)
            raise
        os.unlink(path)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _header(self) -> bytes:
        import json

        pid = os.getpid()
        header: dict[str, object] = {"exprec": 1, "run": self._run, "start": self._start, "pid": pid}
        header["process_start"] = _world.process_start(pid)
        header.update(self._world)
        header["rank"] = _world.rank()
        return json.dumps(header, separators=(",", ":")).encode() + b"\n"

    def _first(self, data: bytes) -> int | None:
        self.open()
        if self._raw is not None:
            return self.write(data)
        self._drop("the journal could not be made")
        return len(data)

    def _after_torn(self, data: bytes) -> int | None:
        """Begin a line of its own after a torn one."""
        raw = self._raw
        if raw is None:
            return len(data)
        written = raw(b"\n" + data)
        if written != len(data) + 1:
            return written
        self._torn = False
        if not self.closed:
            self.write = raw
        return len(data)

    @staticmethod
    def _nothing(data: bytes) -> int:
        return len(data)


class Nowhere(Journal):
    """The journal of an experiment that records nothing: arguments are checked all the same."""

    def __init__(self) -> None:
        super().__init__("", "", {}, lambda _: None)
        self.abandon()

    def line(self, fields: dict[str, object]) -> None:
        """Do nothing."""
