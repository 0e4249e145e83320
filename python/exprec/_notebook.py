"""Notebooks: the executed cells are the source, and their output is no descriptor's."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_STREAMS = ("stdout", "stderr")


def shell() -> Any:
    """Give IPython's shell where this process is the kernel of a notebook, else None."""
    ipython = sys.modules.get("IPython")
    running = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return running if getattr(running, "kernel", None) is not None else None


class Notebook:
    """Keeps cells and output of a kernel while a run goes on."""

    def __init__(self, running: Any, folder: str, output: bool) -> None:
        self._shell = running
        self._folder = folder
        self._echoes: dict[str, _Echo] = {}
        running.events.register("post_run_cell", self._ran)
        if output:
            self._listen()
        self.save()

    def end(self) -> None:
        """Keep the cells a last time, and let go of the kernel."""
        try:
            self._shell.events.unregister("post_run_cell", self._ran)
        except ValueError:
            pass
        for name, echo in self._echoes.items():
            stream = getattr(sys, name)
            if getattr(stream, "echo", None) is echo:
                stream.echo = echo.before
            echo.close()
        self.save()

    def save(self) -> None:
        """Write the cells that were executed so far, as a script and as a notebook."""
        history = self._shell.history_manager
        stem = os.path.splitext(os.path.basename(os.environ.get("JPY_SESSION_NAME", "")))[0] or "notebook"
        _write(os.path.join(self._folder, "files", "notebook", stem + ".py"), _script(history.input_hist_parsed))
        _write(os.path.join(self._folder, "files", "notebook", stem + ".ipynb"), _document(history.input_hist_raw))

    def _ran(self, _: object = None) -> None:
        try:
            self.save()
        except OSError:
            pass  # the disk is full: the next cell, or the end, may have better luck

    def _listen(self) -> None:
        """Have the kernel's streams write into the run's output as well."""
        folder = os.path.join(self._folder, "output")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for name in _STREAMS:
            stream = getattr(sys, name)
            if hasattr(stream, "echo"):
                self._echoes[name] = stream.echo = _Echo(os.path.join(folder, name + ".txt"), stream.echo)


class _Echo:
    """What a stream of ipykernel writes into beside its notebook."""

    def __init__(self, path: str, before: Any) -> None:
        self.before = before
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)

    def write(self, text: str) -> int:
        """Keep a text; a full disk costs it."""
        if self._fd >= 0:
            try:
                os.write(self._fd, text.encode("utf-8", "replace"))
            except OSError:
                pass
        if self.before is not None:
            self.before.write(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: a text is written at once."""
        if self.before is not None:
            self.before.flush()

    def close(self) -> None:
        """End; what is written later is not kept."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def _script(cells: list[str]) -> str:
    """Give cells, the first of which is none, as a script with cell marks."""
    return "\n".join(f"# %% [{number}]\n{cell.rstrip()}\n" for number, cell in enumerate(cells) if number and cell.strip())


def _document(cells: list[str]) -> str:
    import json

    made = [
        {"cell_type": "code", "id": f"cell-{number}", "execution_count": number, "metadata": {}, "outputs": [], "source": cell.splitlines(True)}
        for number, cell in enumerate(cells)
        if number and cell.strip()
    ]
    metadata = {"language_info": {"name": "python", "version": sys.version.split()[0]}}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".new-{os.urandom(6).hex()}")
    with open(temporary, "x", encoding="utf-8", errors="replace") as file:
        file.write(text)
    os.replace(temporary, path)
