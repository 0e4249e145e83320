"""Notebooks: the executed cells are the source."""

from __future__ import annotations

import os
import sys

from ._kerneloutput import KernelOutput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
        self._output = KernelOutput(folder) if output else None
        running.events.register("pre_run_cell", self._begins)
        running.events.register("post_run_cell", self._ran)
        self.save()

    def end(self) -> None:
        """Keep the cells a last time, and let go of the kernel."""
        for event, handler in (("pre_run_cell", self._begins), ("post_run_cell", self._ran)):
            try:
                self._shell.events.unregister(event, handler)
            except ValueError:
                pass
        if self._output is not None:
            self._settle()
            self._output.end()
        self.save()

    def forget(self) -> None:
        """In a fork: it executes no cells."""
        if self._output is not None:
            self._output.forget()

    def message_fd(self) -> int:
        """Give the descriptor that messages for people go to."""
        return self._output.message_fd() if self._output is not None else 2

    def save(self, beginning: str | None = None) -> None:
        """Write the cells that were executed so far, and one that begins, as a script and as a notebook."""
        history = self._shell.history_manager
        parsed, raw = list(history.input_hist_parsed), list(history.input_hist_raw)
        if beginning is not None:
            parsed.append(self._shell.transform_cell(beginning))
            raw.append(beginning)
        stem = os.path.splitext(os.path.basename(os.environ.get("JPY_SESSION_NAME", "")))[0] or "notebook"
        _write(os.path.join(self._folder, "files", "notebook", stem + ".py"), _script(parsed))
        _write(os.path.join(self._folder, "files", "notebook", stem + ".ipynb"), _document(raw))

    def _begins(self, info: Any) -> None:
        """A cell begins: the kernel may be killed in it. It is not in the history yet."""
        if getattr(info, "store_history", False):
            self._try(info.raw_cell)

    def _ran(self, _: object = None) -> None:
        self._settle()
        self._try()

    def _settle(self) -> None:
        try:
            if self._output is not None:
                self._output.settle()
        except OSError:
            pass  # the kernel ends

    def _try(self, beginning: str | None = None) -> None:
        try:
            self.save(beginning)
        except OSError:
            pass  # the disk is full: the next cell, or the end, may have better luck


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
