"""The hot path: a scalar becomes a line.

The beginning of the line is made once a name.
"""

from __future__ import annotations

from time import monotonic_ns

from ._names import check_name
from ._values import number, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._journal import Journal


class Scalars:
    """The scalars of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, _Known] = {}

    def add(self, name: str, value: object, step: object) -> None:
        """Append a value at a step, by default the one after the last."""
        known = self._known.get(name) or self._new(name)
        if type(value) is not float:
            value = number(value, "scalar", name)
        if type(step) is not int or not -0x8000000000000000 <= step < 0x8000000000000000:
            step = known.next if step is None else whole(step, "a step")
        known.next = step + 1
        journal = self._journal
        text = value if value - value == 0.0 else _WORDS[repr(value)]
        data = f'{{"t":{(monotonic_ns() - journal.zero) // 1000000},{known.head}{text!r},"s":{step}}}\n'.encode()
        try:
            written = journal.write(data)
        except OSError as error:
            journal.failed(error)
        else:
            if written != len(data):
                journal.short(written, len(data))

    def _new(self, name: str) -> _Known:
        check_name("scalar", name)
        self._journal.open()
        known = self._known[name] = _Known(name)
        return known


class _Known:
    __slots__ = ("head", "next")

    def __init__(self, name: str) -> None:
        import json

        self.head = f'"scalar":{json.dumps(name)},"v":'
        self.next = 0


class _Word:
    """A value that has no digits, as it stands in JSON."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __repr__(self) -> str:
        return self._word


_WORDS = {word: _Word(f'"{name}"') for word, name in (("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity"))}
