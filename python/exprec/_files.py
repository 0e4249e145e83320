"""Files of a run, and data that it reads."""

from __future__ import annotations

import builtins
import os
import shutil

from . import _binary
from ._names import check_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

_CHUNK = 1 << 20


def open_own(folder: str, filename: object, mode: str, options: dict[str, Any]) -> IO[Any]:
    """Open a file below folder/files, with open()'s modes and options."""
    path = own_path(folder, filename)
    if any(letter in mode for letter in "wax"):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    return builtins.open(path, mode, **options)


def own_path(folder: str, filename: object) -> str:
    """Give the path of a file of the run; ValueError where it would be elsewhere."""
    root = os.path.realpath(os.path.join(folder, "files"))
    path = os.path.join(root, *check_path(filename).split("/"))
    if not os.path.realpath(path).startswith(root + os.sep):
        raise ValueError(f"the file name {filename!r:.80} leads out of the run, through a link")
    return path


def open_other(run: str, filename: object, mode: str, options: dict[str, Any]) -> tuple[IO[Any], str]:
    """Open a file of another run that has ended; with it comes that run's full id."""
    import json
    import tempfile

    name = check_path(filename)
    if any(letter in mode for letter in "wax+"):
        raise ValueError(f"mode {mode!r}: files of other runs can only be read")
    shown = _binary.run("show", "--json", "--", run)
    if shown.returncode != 0:
        raise FileNotFoundError(f"no run {run!r}: {_binary.words(shown.stderr)}")
    known = json.loads(shown.stdout)
    if known["status"] == "running":
        raise ValueError(f"the run {known['id'][:8]} still runs: its files can be read when it has ended")
    if not any(file["path"] == name for file in known["files"]):
        raise FileNotFoundError(f"the run {known['id'][:8]} has saved no file {name!r}")
    fd, path = tempfile.mkstemp(prefix="exprec-", suffix="-" + os.path.basename(name))
    try:
        try:
            read = _binary.run("cat", "--", known["id"], name, stdout=fd)
        finally:
            os.close(fd)
        if read.returncode != 0:
            raise OSError(f"the file {name!r} of the run {known['id'][:8]} cannot be read: {_binary.words(read.stderr)}")
        return builtins.open(path, mode, **options), str(known["id"])
    finally:
        os.unlink(path)


def copy_in(folder: str, name: str, path: object) -> None:
    """Copy a file into the run; OSError where it cannot be read or written."""
    source = os.fspath(path)  # type: ignore[call-overload]
    if not os.path.isfile(source):
        raise OSError("it is no regular file" if os.path.exists(source) else "there is no such file")
    target = own_path(folder, name)
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    temporary = os.path.join(os.path.dirname(target), f".new-{os.urandom(6).hex()}")
    try:
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    except BaseException:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise


def hash_path(path: str) -> tuple[int, str]:
    """Give size in bytes and SHA-256 of a file or folder.

    That of a folder is the one of lines "<sha256>  <path>" of its regular files
    in the order of their paths.
    """
    import hashlib

    if not os.path.isdir(path):
        return _hash_file(path)
    total, listing = 0, hashlib.sha256()
    for file, relative in _walk(path, ""):
        size, digest = _hash_file(file)
        total += size
        listing.update(f"{digest}  {relative}\n".encode("utf-8", "surrogateescape"))
    return total, listing.hexdigest()


def _walk(folder: str, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name)):
        if entry.is_dir(follow_symlinks=False):
            found += _walk(entry.path, prefix + entry.name + "/")
        elif entry.is_file(follow_symlinks=False):
            found.append((entry.path, prefix + entry.name))
    return found


def _hash_file(path: str) -> tuple[int, str]:
    import hashlib

    digest, size = hashlib.sha256(), 0
    with builtins.open(path, "rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            if not chunk:
                return size, digest.hexdigest()
            size += len(chunk)
            digest.update(chunk)
