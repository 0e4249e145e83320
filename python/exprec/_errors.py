"""What an exception says about how a run ended."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_MESSAGE = 4096  # bytes
_STACK = 65536  # bytes


class Ending:
    """How a program ended by its own word."""

    def __init__(self, status: str, exit_code: int | None = None, signal: str = "", error: dict[str, object] | None = None) -> None:
        self.status = status
        self.exit_code = exit_code
        self.signal = signal
        self.error = error

    def fields(self) -> dict[str, object]:
        """Give the fields of the journal's end line."""
        fields: dict[str, object] = {"status": self.status}
        if self.exit_code is not None:
            fields["exit"] = self.exit_code
        if self.signal:
            fields["signal"] = self.signal
        return fields


def of_exception(kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> Ending:
    """Say how a run ended that this exception left."""
    if issubclass(kind, SystemExit):
        return _of_exit(value)
    if issubclass(kind, KeyboardInterrupt):
        return Ending("stopped", signal="SIGINT")
    return Ending("failed", error=describe(kind, value, trace))


def _of_exit(value: BaseException | None) -> Ending:
    code = getattr(value, "code", None)
    if code is None:
        return Ending("succeeded", 0)
    if isinstance(code, int):
        code = int(code) & 0xFF
        return Ending("succeeded" if code == 0 else "failed", code)
    return Ending("failed", 1, error={"type": "SystemExit", "message": _cut(_words(code), _MESSAGE)})


def describe(kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> dict[str, object]:
    """Give the fields of the journal's error line."""
    import traceback

    try:
        stack = "".join(traceback.format_exception(kind, value, trace))
    except Exception:  # somebody's __str__
        stack = "".join(traceback.format_tb(trace))
    return {"type": _name(kind), "message": _cut(_words(value), _MESSAGE), "stack": _cut_middle(stack, _STACK)}


def ignored(kind: type[BaseException], names: Iterable[type[BaseException] | str]) -> bool:
    """Report whether an exception is one of those; names are of classes, with or without module."""
    for wanted in names:
        if isinstance(wanted, str):
            if any(wanted in (base.__name__, _name(base)) for base in kind.__mro__):
                return True
        elif issubclass(kind, wanted):
            return True
    return False


def check_ignored(wanted: object) -> tuple[type[BaseException] | str, ...]:
    """Return exceptions_to_ignore as a tuple, or raise TypeError."""
    if wanted is None:
        return ()
    if isinstance(wanted, (str, type)):
        wanted = [wanted]
    if not hasattr(wanted, "__iter__"):
        raise TypeError(f"exceptions_to_ignore is a list of exception classes or their names, not {type(wanted).__name__}")
    listed = tuple(wanted)
    for entry in listed:
        if not isinstance(entry, str) and not (isinstance(entry, type) and issubclass(entry, BaseException)):
            raise TypeError(f"exceptions_to_ignore holds exception classes or their names, not {entry!r:.80}")
    return listed


def _name(kind: type[BaseException]) -> str:
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _words(value: object) -> str:
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__} that cannot be printed>"


def _cut(text: str, size: int) -> str:
    data = text.encode("utf-8", "replace")
    return text if len(data) <= size else data[:size].decode("utf-8", "ignore")


def _cut_middle(text: str, size: int) -> str:
    """Keep the beginning and the end, where a traceback says most."""
    data = text.encode("utf-8", "replace")
    if len(data) <= size:
        return text
    head, tail = data[: size // 4], data[-(size // 2) :]
    return head.decode("utf-8", "ignore") + "\n  …\n" + tail.decode("utf-8", "ignore")
