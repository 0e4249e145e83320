"""The start of a run: `exprec begin`, or a folder that waits for exprec."""

from __future__ import annotations

import os
import sys
import time

from . import _binary, _ranks, _world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ._settings import Settings

RUN, DIR = "EXPREC_RUN", "EXPREC_DIR"


class Started:
    """A run that this process may write into."""

    def __init__(self, run: str, folder: str) -> None:
        self.run = run
        self.folder = folder
        self.alias = ""
        self.label = ""
        self.top = ""
        self.supervisor = 0  # pid, 0 where another process cares for the end
        self.joined = False
        self.output = False
        self.waiting = False  # no exprec so far
        self.world: dict[str, str] = {}
        self.ranks: _ranks.Meeting | None = None  # where this process told other ranks of the run


class CannotRecord(Exception):
    """Nothing is recorded, and why."""


def begin(settings: Settings, own: str, number: int, diverted: bool = True) -> Started | None:
    """Start or join a run, this process's so many-th; None where exprec says that recording is off.

    own is the run that this process put into its environment itself: it is not
    to be joined again. diverted says that the descriptors 1 and 2 are what the
    program prints on. CannotRecord says why nothing is recorded.
    """
    path = _binary.find()
    if not path:
        return _wait(settings, f"the program exprec is not on PATH: {_binary.HOW}")
    ranks = None if own or RUN in os.environ else _ranks.meeting(_top(os.getcwd()), number)
    shared = ranks.wait() if ranks is not None and not ranks.first else None
    answer = _ask(path, settings, own, diverted and settings.output, shared)
    if answer is None:
        return _wait(settings, f"{path} knows no begin, it is another program or too old: {_binary.HOW}")
    if answer.get("off"):
        return None
    started = Started(str(answer["id"]), str(answer["dir"]))
    started.alias, started.label, started.top = (str(answer.get(key) or "") for key in ("alias", "label", "top"))
    started.supervisor = int(str(answer.get("supervisor") or 0))
    started.joined = bool(answer.get("joined"))
    started.output = bool(answer.get("output"))
    if ranks is not None and ranks.first and not started.joined:
        started.ranks = ranks
        try:
            ranks.tell(started)
        except OSError:
            pass  # the other ranks begin runs of their own
    world = answer.get("world")
    started.world = {str(k): str(v) for k, v in world.items()} if isinstance(world, dict) else _world.here()
    return started


def _ask(path: str, settings: Settings, own: str, output: bool, shared: tuple[str, str] | None) -> dict[str, object] | None:
    """Run `exprec begin` and give the object that it prints, None where that is no exprec."""
    import json
    import subprocess

    environ = dict(os.environ)
    if own and environ.get(RUN) == own:
        del environ[RUN]
        environ.pop(DIR, None)
    if shared is not None:
        environ[RUN], environ[DIR] = shared
    words = [path, "begin", "--json", f"--pid={os.getpid()}", *settings.arguments()]
    handed = _stdout() if output else -1
    if handed >= 0:
        words.append(f"--stdout={handed}")
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, pass_fds=[handed] if handed >= 0 else [], env=environ, check=False)
    except OSError as error:
        raise CannotRecord(f"{path} could not be started: {error}") from error
    finally:
        if handed >= 0:
            os.close(handed)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if done.returncode == 0 and isinstance(answer, dict) and (answer.get("off") or "id" in answer and "dir" in answer):
        return answer
    if done.returncode in (0, 2):
        return None
    raise CannotRecord(f"{path} begin ended with exit code {done.returncode}")


def _stdout() -> int:
    """Give a copy of this process's stdout, -1 where it cannot be handed over."""
    try:
        return os.dup(1) if os.name == "posix" else -1
    except OSError:
        return -1


def _wait(settings: Settings, why: str) -> Started:
    """Make a folder that the next exprec command takes in."""
    import json

    run = _uuid4()
    top = _top(os.getcwd())
    folder = os.path.join(top, ".exprec", "runs", run)
    started = Started(run, folder)
    started.waiting, started.top, started.world = True, top, _world.here()
    started.label = settings.title or settings.name or run[:8]
    start = {
        "run": run,
        "started": time.time_ns(),
        "command": [sys.executable, *_arguments()],
        "directory": os.path.relpath(os.getcwd(), top).replace(os.sep, "/"),
        "process": {"pid": os.getpid(), **started.world},
        "runtime": runtime(),
        "resume": settings.resume,
        **settings.meta(),
    }
    try:
        os.makedirs(os.path.join(folder, "journal"), mode=0o700)
        _ignore_itself(os.path.join(top, ".exprec"))
        with open(os.path.join(folder, "start.json"), "x", encoding="utf-8") as file:
            json.dump(start, file)
    except OSError as error:
        raise CannotRecord(f"{why}; and its folder cannot be made: {error}") from error
    if settings.verbose:
        sys.stderr.write(f"exprec: {why}; meanwhile the run {run[:8]} waits in {folder}\n")
    return started


def runtime() -> str:
    """Name the interpreter that runs."""
    return f"{'PyPy' if 'PyPy' in sys.version else 'Python'} {sys.version.split()[0]}"


def _arguments() -> list[str]:
    """Give the arguments of the interpreter, options and script included."""
    return list(getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv])[1:]


def _top(folder: str) -> str:
    """Give the folder of the project: that of the repository, else one that was recorded in, else this one."""
    return _above(folder, ".git", os.path.exists) or _above(folder, ".exprec", _is_folder) or folder


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _above(folder: str, name: str, there: Callable[[str], bool]) -> str:
    """Give the nearest folder with something of that name; "" if none has it."""
    at = folder
    while not there(os.path.join(at, name)):
        parent = os.path.dirname(at)
        if parent == at:
            return ""
        at = parent
    return at


def _ignore_itself(folder: str) -> None:
    try:
        with open(os.path.join(folder, ".gitignore"), "x", encoding="utf-8") as file:
            file.write("*\n")
    except FileExistsError:
        pass


def _uuid4() -> str:
    """Draw the id of a run; the module uuid would take longer to import."""
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
