"""What an experiment says to people."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._journal import Journal
    from ._notebook import Notebook
    from ._output import Diversion

_MOST_WARNINGS = 100


class Messages:
    """Lines on stderr, and warnings of the record."""

    _journal: Journal
    _diversion: Diversion | None
    _notebook: Notebook | None
    _warned: set[str]

    def _warn(self, text: str) -> None:
        """Say something once, and keep it in the record."""
        if text in self._warned or len(self._warned) >= _MOST_WARNINGS:
            return
        self._warned.add(text)
        self._say(text)
        self._journal.line({"warning": text})

    def _say(self, text: str) -> None:
        """Print a line for people, past the recorded output."""
        diverted = self._diversion or self._notebook
        fd = diverted.message_fd() if diverted is not None else 2
        try:
            os.write(fd, f"exprec: {text}\n".encode("utf-8", "replace"))
        except OSError:
            pass
