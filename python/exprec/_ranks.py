"""Ranks of a distributed job that nobody gave a run to share: the first tells the others.

It does so by a small file below .exprec. Launchers are torchrun and what sets the
same variables, and Open MPI. Tasks of SLURM alone may be runs of their own: they
share one under `exprec run -- srun …`.
"""

from __future__ import annotations

import os
import time

from . import _world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._begin import Started

_PATIENCE = 30.0  # seconds that other ranks wait for the first one's run
_TORCH = ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "MASTER_ADDR", "MASTER_PORT")


class Meeting:
    """Where the ranks of a job meet for one run."""

    def __init__(self, top: str, key: str, rank: int) -> None:
        self.first = rank == 0
        self._path = os.path.join(top, ".exprec", "ranks", key)

    def wait(self) -> tuple[str, str] | None:
        """Give run and folder that the first rank began, None if it does not say."""
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            try:
                with open(self._path, encoding="utf-8") as file:
                    run, folder = file.read().splitlines()
                return run, folder
            except (OSError, ValueError):
                time.sleep(0.01)
        return None

    def tell(self, started: Started) -> None:
        """Say which run it is; OSError where that cannot be written."""
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        temporary = f"{self._path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(f"{started.run}\n{started.folder}\n")
        os.replace(temporary, self._path)

    def leave(self) -> None:
        """Take the word back: the run has ended."""
        try:
            os.unlink(self._path)
        except OSError:
            pass


def meeting(top: str, number: int) -> Meeting | None:
    """Give where this process meets the other ranks for its run of this number, None if it has none."""
    for rank, size in (("RANK", "WORLD_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")):
        place, world = _int(rank), _int(size)
        if place >= 0 and world > 1:
            words = _words(rank == "RANK", world)
            return Meeting(top, _digest([*words, str(number)]), place) if words else None
    return None


def _words(torch: bool, world: int) -> list[str]:
    """Give what tells this job from others; nothing where nothing does."""
    parent = os.getppid()
    launcher = f"{parent} {_world.process_start(parent)}"
    if not torch:
        job = os.environ.get("PMIX_NAMESPACE") or os.environ.get("OMPI_MCA_ess_base_jobid")
        return [job or launcher]
    if "MASTER_ADDR" not in os.environ or "MASTER_PORT" not in os.environ:
        return []
    words = [os.environ.get(name, "") for name in _TORCH]
    # Ports and ids are used again; on one machine the launcher is the same process for all.
    return [*words, launcher] if _int("LOCAL_WORLD_SIZE") == world else words


def _digest(words: list[str]) -> str:
    import hashlib

    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _int(name: str) -> int:
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        return -1
