"""What may be a name, and how a name becomes one segment of a path."""

from __future__ import annotations

_LONGEST_NAME = 256  # bytes
_LONGEST_SEGMENT = 100  # bytes
_HASH_DIGITS = 16
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_TAG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def check_name(what: str, name: object) -> str:
    """Return name, or raise TypeError or ValueError that says what is wrong."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a {what} is a str, not {type(name).__name__}: {name!r:.80}")
    if not name:
        raise ValueError(f"a {what} with an empty name: give it a name")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise ValueError(f"the {what} name {name!r:.80} is no valid text: it holds lone surrogates") from None
    if size > _LONGEST_NAME:
        raise ValueError(f"the {what} name {name[:40]!r}… has {size} bytes: shorten it to {_LONGEST_NAME}")
    return name


def check_tags(tags: object) -> list[str]:
    """Return the tags as a list, or raise TypeError or ValueError."""
    if tags is None:
        return []
    if isinstance(tags, (str, bytes)) or not hasattr(tags, "__iter__"):
        raise TypeError(f"tags are a list of str, not {type(tags).__name__}: write tags=['a', 'b']")
    listed = list(tags)
    for tag in listed:
        if not isinstance(tag, str):
            raise TypeError(f"a tag is a str, not {type(tag).__name__}: {tag!r:.80}")
        if not 1 <= len(tag) <= 64 or not _TAG.issuperset(tag):
            raise ValueError(f"the tag {tag[:80]!r}: a tag is 1 to 64 lower-case letters, digits and hyphens")
    return listed


def check_path(name: object) -> str:
    """Return the path of a file of a run with slashes, or raise."""
    import os

    if isinstance(name, os.PathLike):
        name = os.fspath(name)
    if not isinstance(name, str):
        raise TypeError(f"the name of a file is a str or path, not {type(name).__name__}")
    path = name.replace(os.sep, "/")
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in path or len(path) > 4096 or ":" in parts[0] and os.name == "nt":
        raise ValueError(f"the file name {name[:80]!r}: use a relative path, without . or .. in it")
    return path


class Segments:
    """Segments for the names of one folder; none differ in case alone."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """Give the segment of name, the same one each time."""
        segment = self._known.get(name)
        if segment is None:
            escaped = _escape(name)
            segment = escaped if len(escaped) <= _LONGEST_SEGMENT else _with_hash(escaped, name)
            if segment.lower() in self._taken:
                segment = _with_hash(escaped, name)
            self._known[name] = segment
            self._taken.add(segment.lower())
        return segment


def _escape(name: str) -> str:
    data = name.encode()
    reserved = _reserved(name)
    parts = []
    for i, byte in enumerate(data):
        edge = (i == 0 and (byte in b".-" or reserved)) or (i == len(data) - 1 and byte == 0x2E)
        parts.append(f"%{byte:02X}" if edge or byte not in _PLAIN else chr(byte))
    return "".join(parts)


def _reserved(name: str) -> bool:
    """Report whether Windows keeps the name for a device."""
    stem = name.lower().partition(".")[0]
    if stem in ("con", "prn", "aux", "nul"):
        return True
    return len(stem) == 4 and stem[:3] in ("com", "lpt") and stem[3] in "0123456789"


def _with_hash(segment: str, name: str) -> str:
    import hashlib

    room = _LONGEST_SEGMENT - _HASH_DIGITS - 1
    if len(segment) > room:
        segment = segment[:room]
        cut = segment.rfind("%")
        if cut > room - 3:
            segment = segment[:cut]
    return segment + "~" + hashlib.sha256(name.encode()).hexdigest()[:_HASH_DIGITS]
