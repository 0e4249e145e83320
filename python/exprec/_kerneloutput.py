"""What the kernel of a notebook prints: shown there as ever, and kept in the run.

sys.stdout and sys.stderr of a kernel are no files: they have an echo, which gets
what Python prints. What children and C code print goes through the descriptors 1
and 2, which ipykernel reads itself in a thread: a pipe is put before that. One
lock keeps the two in order.
"""

from __future__ import annotations

import os
import select
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMES = {1: "stdout", 2: "stderr"}
_RESERVED = 10  # the least number of a copied descriptor
_PIPE = 65536  # bytes, all that a pipe holds
_PAUSES = 100  # milliseconds that the end of a cell waits at most for what it printed to be shown


class KernelOutput:
    """Keeps both streams of a kernel in a run's folder."""

    def __init__(self, folder: str) -> None:
        self._echoes: list[_Echo] = []
        os.makedirs(os.path.join(folder, "output"), mode=0o700, exist_ok=True)
        for fd, name in _NAMES.items():
            stream = getattr(sys, name)
            if hasattr(stream, "echo"):
                self._echoes.append(_Echo(os.path.join(folder, "output", name + ".txt"), fd, stream))

    def settle(self) -> None:
        """Have what others printed shown in the cell that printed it, before that ends."""
        for echo in self._echoes:
            echo.settle()

    def end(self) -> None:
        """Keep what was printed so far, and let go of the streams."""
        for echo in self._echoes:
            echo.end()

    def forget(self) -> None:
        """In a fork: what Python prints is kept by it, the rest by the kernel."""
        for echo in self._echoes:
            echo.forget()

    def message_fd(self) -> int:
        """Give the descriptor that messages for people go to, past the run."""
        for echo in self._echoes:
            if echo.fd == 2 and echo.diverts():
                return echo.kernel
        return 2


class _Echo:
    """What a stream of ipykernel writes into beside its notebook."""

    def __init__(self, path: str, fd: int, stream: Any) -> None:
        self.fd = fd
        self.kernel = -1  # where fd led to, once it is diverted
        self._stream = stream
        self._before = stream.echo
        self._turn = threading.RLock()  # a signal may come meanwhile, whose handler prints
        self._pipe = -1
        self._passed = False  # something came through the pipe that the notebook may not have shown yet
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
        # Without that thread the notebook does not show what comes through the
        # descriptor. A thread of ours would need the interpreter to pass it on:
        # code that prints much and holds the interpreter would wait for ever.
        self._reader = getattr(stream, "watch_fd_thread", None)
        if self._reader is not None and hasattr(select, "poll"):
            self._divert()
        stream.echo = self

    def _divert(self) -> None:
        import fcntl

        try:
            self.kernel = fcntl.fcntl(self.fd, fcntl.F_DUPFD_CLOEXEC, _RESERVED)
            self._pipe, writer = os.pipe()
        except OSError:
            return
        os.set_blocking(self._pipe, False)
        os.dup2(writer, self.fd)
        os.close(writer)
        threading.Thread(target=self._pass, name="exprec output", daemon=True).start()

    def write(self, text: str) -> int:
        """Keep what Python prints, behind what came through the pipe before it."""
        # What ipykernel has read from its descriptor was kept on its way there.
        if self.kernel < 0 or threading.current_thread() is not self._reader:
            with self._turn:
                self._take()
                self._keep(text.encode("utf-8", "replace"))
        if self._before is not None:
            self._before.write(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: a text is written at once."""
        if self._before is not None:
            self._before.flush()

    def diverts(self) -> bool:
        """Report whether the descriptor is our pipe: ipykernel takes it back when the kernel ends."""
        if self.kernel < 0 or self._file < 0:
            return False
        try:
            ours, now = os.fstat(self._pipe), os.fstat(self.fd)
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) == (now.st_dev, now.st_ino)

    def settle(self) -> None:
        """Pass on what is in the pipe, and wait a moment until ipykernel's thread has read and sent it."""
        import fcntl
        import struct
        import termios

        with self._turn:
            while self._take() > 0:
                pass
            if not self._passed or self.kernel < 0:
                return
            self._passed = False
            pause = threading.Event()
            for _ in range(_PAUSES):
                left = fcntl.ioctl(self.kernel, termios.FIONREAD, b"\0\0\0\0")
                pause.wait(0.001)
                if struct.unpack("i", left)[0] == 0:
                    break
        self._stream.flush()

    def end(self) -> None:
        """Give stream and descriptor back. What a child prints later is shown and not kept."""
        if self._stream.echo is self:
            self._stream.echo = self._before
        with self._turn:
            if self.diverts():
                os.dup2(self.kernel, self.fd)
            while self._take() > 0:
                pass
            file, self._file = self._file, -1
            os.close(file)

    def forget(self) -> None:
        """In a fork there is no thread that reads the pipe, and its lock may be held."""
        self._turn = threading.RLock()
        pipe, self._pipe = self._pipe, -1
        if pipe >= 0:
            os.close(pipe)

    def _pass(self) -> None:
        """Pass on what comes through the pipe until nobody has its other end any more."""
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while True:
            poll.poll()
            with self._turn:
                if self._take() == 0:
                    os.close(self._pipe)
                    os.close(self.kernel)
                    self._pipe = self.kernel = -1
                    return

    def _take(self) -> int:
        """Keep and pass on what is in the pipe: so many bytes, 0 at its end, -1 where there are none now."""
        if self._pipe < 0:
            return -1
        try:
            data = os.read(self._pipe, _PIPE)
        except BlockingIOError:
            return -1
        self._keep(data)
        self._passed = self._passed or bool(data)
        rest = data
        while rest:
            try:
                rest = rest[os.write(self.kernel, rest) :]
            except OSError:  # the kernel ends
                break
        return len(data)

    def _keep(self, data: bytes) -> None:
        """Append to the run's file; a full disk costs the text."""
        if self._file >= 0 and data:
            try:
                os.write(self._file, data)
            except OSError:
                pass
