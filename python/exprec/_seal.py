"""The end of a run: the supervisor is told, and the record waited for."""

from __future__ import annotations

import os
import select
import time

from . import _binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._begin import Started
    from ._lock import Lock

_PATIENCE = 10.0  # seconds


def finish(started: Started, lock: Lock, exit_code: int | None) -> str:
    """Tell the supervisor that the program is done, wait, and say what is wrong.

    The process has written its end, let go of the lock and given its output
    back by now. "" means that the run is in git.
    """
    control = os.path.join(started.folder, "control")
    pidfd = _pidfd(started.supervisor)
    try:
        if not _tell(control, exit_code):
            return _alone(started)
        wait = 0.0005
        give_up = time.monotonic() + _PATIENCE
        while os.path.exists(control) and not lock.sealed():
            if _dead(pidfd, wait):
                return "" if lock.sealed() else _alone(started)
            if time.monotonic() > give_up:
                return "the run is finished in the background: its supervisor takes long"
            wait = min(2 * wait, 0.02)
        return ""
    finally:
        if pidfd >= 0:
            os.close(pidfd)


def _tell(control: str, exit_code: int | None) -> bool:
    """Write that the program is done; False where nobody listens any more."""
    word = b"finish\n" if exit_code is None else b"finish %d\n" % exit_code
    try:
        fd = os.open(control, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.write(fd, word) == len(word)
    except OSError:
        return False
    finally:
        os.close(fd)


def _pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


def _dead(pidfd: int, wait: float) -> bool:
    """Wait so many seconds, and report whether the process has ended meanwhile."""
    if pidfd < 0:
        time.sleep(wait)
        return False
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(max(1, int(wait * 1000))))


def _alone(started: Started) -> str:
    """Have the run sealed where its supervisor was killed."""
    import subprocess

    path = _binary.find()
    environ = {**os.environ, "EXPREC_RUN": started.run, "EXPREC_DIR": started.folder}
    try:
        done = subprocess.run([path, "end"], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the supervisor of the run has ended, the next exprec command finishes it: {error}"
    return "" if done.returncode == 0 else "the supervisor of the run has ended, the next exprec command finishes it"
