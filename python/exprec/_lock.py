"""A hold on a run's lock file: while a process has it, the process lives."""

from __future__ import annotations

import os
import struct

_SEALED = b"sealed"


class Lock:
    """The shared lock of a writer; the kernel lets go of it at a process's death."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "lock")
        self._fd = -1

    def take(self) -> None:
        """Take the lock as one of many, where the system has such locks."""
        try:
            import fcntl

            command = getattr(fcntl, "F_OFD_SETLK", 37)
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.fcntl(self._fd, command, struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0))
        except (ImportError, OSError):
            # The supervisor holds it as well; without either the heartbeat tells.
            self.release()

    def release(self) -> None:
        """Let go of the lock. In a fork this leaves the parent's alone."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def sealed(self) -> bool:
        """Report whether the run is sealed; one that has gone counts as sealed."""
        try:
            with open(self._path, "rb") as file:
                return file.read(len(_SEALED)) == _SEALED
        except FileNotFoundError:
            return True
        except OSError:
            return False
