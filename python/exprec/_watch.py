"""The one thread of an experiment: signs of life, and who else's life ends.

It is stopped while the process forks, so that the fork is one of a process with
no thread of ours.
"""

from __future__ import annotations

import os
import select
import threading
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_HEARTBEAT = 30.0  # seconds
_AGAIN, _STOP = b"+", b"."


class Watch:
    """Calls beat every 30 s, and the handlers of descriptors that are ready."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._handlers: dict[int, Callable[[], bool]] = {}
        self._thread: threading.Thread | None = None
        self._wake = (-1, -1)
        self._next = monotonic() + _HEARTBEAT

    def add(self, fd: int, handler: Callable[[], bool]) -> None:
        """Have handler called when fd can be read, until it gives False."""
        self._handlers[fd] = handler
        if self._thread is not None:
            os.write(self._wake[1], _AGAIN)

    def start(self) -> None:
        """Begin to watch, if that is not being done."""
        if self._thread is None and hasattr(select, "poll"):
            self._wake = os.pipe()
            thread = threading.Thread(target=self._run, args=(self._wake[0],), name="exprec", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no more threads, or the interpreter ends: nobody needs this one then
                self.forget()
            else:
                self._thread = thread

    def stop(self, patience: float = 2.0) -> bool:
        """End the thread; False where it is held up by who reads the output."""
        thread = self._thread
        if thread is None:
            return True
        os.write(self._wake[1], _STOP)
        thread.join(patience)
        if thread.is_alive():
            return False
        task, limit = f"/proc/self/task/{thread.native_id}", monotonic() + 0.05
        while os.path.exists(task) and monotonic() < limit:
            pass  # the kernel is about to take it away, and a fork would still count it
        self.forget()
        return True

    def forget(self) -> None:
        """Close what belongs to a thread that is not there."""
        for fd in self._wake:
            if fd >= 0:
                os.close(fd)
        self._wake, self._thread = (-1, -1), None

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        return self._thread is not None

    def _run(self, wake: int) -> None:
        while True:
            poll = select.poll()
            for fd in (wake, *self._handlers):
                poll.register(fd, select.POLLIN)
            ready = [fd for fd, _ in poll.poll(max(0.0, self._next - monotonic()) * 1000)]
            if wake in ready and os.read(wake, 1) == _STOP:
                return
            for fd in ready:
                if fd != wake and not self._handlers[fd]():
                    del self._handlers[fd]
            if monotonic() >= self._next:
                self._next = monotonic() + _HEARTBEAT
                self._beat()
