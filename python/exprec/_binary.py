"""Where the exprec program is, and running it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

#: How to get it, in a sentence.
HOW = "install it with `go install github.com/exprec/exprec/cmd/exprec@latest` and have $(go env GOPATH)/bin on PATH"


class NoBinary(RuntimeError):
    """The program exprec is not installed, or too old for what is wanted."""


def find() -> str:
    """Give the path of exprec: on PATH, else in this package's wheel; "" if neither."""
    ending = ".exe" if os.name == "nt" else ""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "_bin"))
    for folder in folders:
        path = os.path.join(folder, "exprec" + ending)
        if folder and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def run(*arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run exprec to its end and give what it printed; NoBinary where there is none.

    stdout is a descriptor that its output goes to, instead of into the answer.
    """
    import subprocess

    path = find()
    if not path:
        raise NoBinary(f"the program exprec is not on PATH: {HOW}")
    into = subprocess.PIPE if stdout is None else stdout
    return subprocess.run([path, *arguments], stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.PIPE, check=False)


def words(output: bytes) -> str:
    """Give the line in which exprec said what is wrong, without its name."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    for line in lines:
        if line.startswith("exprec: "):
            return line[len("exprec: ") :]
    return lines[-1] if lines else ""
