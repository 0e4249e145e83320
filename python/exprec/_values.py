"""Values of a program in the form that JSON and the record have for them.

numpy, torch, OmegaConf and their like are known by what they can do: none of
them is imported.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DEEPEST = 56  # levels; the record has 60
_LARGEST = 1000  # elements of an array
_LONGEST = 1000  # characters of a value that is kept as text
_INTEGERS = range(-(2**63), 2**64)


def number(value: object, what: str, name: str) -> float:
    """Return a value as float, or raise TypeError or ValueError."""
    if isinstance(value, (str, bytes, complex)) or value is None:
        raise TypeError(f"the {what} {name!r} is a number, not {type(value).__name__}: {value!r:.80}")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise ValueError(f"the {what} {name!r} is too large for a float") from None
    except TypeError:
        pass
    except Exception as error:  # an array of several elements, a lazy tensor: whatever its library raises
        raise ValueError(f"the {what} {name!r} is no single number: {error}") from None
    item = getattr(value, "item", None)
    if callable(item):
        try:
            return float(item())
        except Exception as error:
            raise ValueError(f"the {what} {name!r} is no single number: {error}") from None
    raise TypeError(f"the {what} {name!r} is a number, not {type(value).__name__}: {value!r:.80}")


def whole(value: object, what: str) -> int:
    """Return a step or count as int, or raise TypeError or ValueError."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        step = value.__index__()  # type: ignore[attr-defined]
    except Exception:
        item = getattr(value, "item", None)
        step = item() if callable(item) else value
        if isinstance(step, float) and step.is_integer():
            step = int(step)
    if not isinstance(step, int):
        raise TypeError(f"{what} is an int, not {type(value).__name__}: {value!r:.80}")
    if not -(2**63) <= step < 2**63:
        raise ValueError(f"{what} {step} does not fit into 64 bits")
    return int(step)


def plain(value: object, note: Callable[[str], None]) -> object:
    """Return a value as what json.dumps takes; note is told of what is kept as text."""
    return _Plain(note).of(value, 0)


def named(values: object) -> dict[str, object] | None:
    """Return the named values of a mapping, namespace or dataclass, else None."""
    if isinstance(values, dict):
        return {str(key): value for key, value in values.items()}
    fields = getattr(values, "__dataclass_fields__", None)
    if fields is not None and not isinstance(values, type):
        return {name: getattr(values, name, None) for name in fields}
    as_dict = getattr(values, "_asdict", None)
    if isinstance(values, tuple) and callable(as_dict):
        return dict(as_dict())
    if hasattr(values, "keys") and hasattr(values, "__getitem__") and not isinstance(values, type):
        return _entries(values)
    if _is_namespace(values):
        return dict(vars(values))
    dump = getattr(values, "model_dump", None)  # pydantic
    if callable(dump) and not isinstance(values, type):
        return dict(dump())
    return None


def _entries(mapping: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for key in mapping.keys():  # type: ignore[attr-defined]
        try:
            found[str(key)] = mapping[key]  # type: ignore[index]
        except Exception:  # OmegaConf: a value that is still missing, a reference to nothing
            found[str(key)] = "???"
    return found


def _is_namespace(value: object) -> bool:
    for module, name in (("argparse", "Namespace"), ("types", "SimpleNamespace")):
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(value, kind):
            return True
    return False


class _Plain:
    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    def of(self, value: object, depth: int) -> object:
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, float):
            return _float(float(value))
        if depth >= _DEEPEST:
            return self._text(value, "it is nested too deep")
        kind = type(value)
        if hasattr(kind, "__members__") and hasattr(value, "value"):  # an enum
            return self.of(value.value, depth + 1)
        if isinstance(value, int):
            return int(value) if int(value) in _INTEGERS else str(int(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _bytes(bytes(value))
        return self._compound(value, depth)

    def _compound(self, value: object, depth: int) -> object:
        try:
            entries = named(value)
            if entries is not None:
                made = {name: self.of(entry, depth + 1) for name, entry in entries.items()}
                return {"map": made} if len(made) == 1 and next(iter(made)) in ("float", "bytes", "map") else made
            if isinstance(value, (set, frozenset)):
                return sorted((self.of(entry, depth + 1) for entry in value), key=repr)
            if isinstance(value, (list, tuple)):
                return [self.of(entry, depth + 1) for entry in value]
            if hasattr(value, "shape") and hasattr(value, "dtype") and not isinstance(value, type):
                return self._array(value, depth)
            if hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, type):
                if len(value) <= _LARGEST:
                    return [self.of(entry, depth + 1) for entry in value]  # type: ignore[attr-defined]
            return self._leaf(value)
        except RecursionError:
            raise
        except Exception as error:  # whatever somebody's __getattr__, keys or __repr__ raises
            return self._text(value, f"reading it raised {type(error).__name__}")

    def _array(self, value: object, depth: int) -> object:
        size = 1
        for extent in value.shape:  # type: ignore[attr-defined]
            size *= int(extent)
        if size > _LARGEST:
            words = f"<{type(value).__name__} {value.dtype} {tuple(value.shape)}>"  # type: ignore[attr-defined]
            self._note(f"an array of {size} elements is kept as {words}: save it with open() or add_file()")
            return words
        detach = getattr(value, "detach", None)
        if callable(detach):
            value = detach()
        return self.of(value.tolist(), depth + 1)  # type: ignore[attr-defined]

    def _leaf(self, value: object) -> object:
        if isinstance(value, os.PathLike):
            path = os.fspath(value)
            return path if isinstance(path, str) else os.fsdecode(path)
        if isinstance(value, type) or callable(value) and hasattr(value, "__qualname__"):
            return f"{value.__module__}.{value.__qualname__}"
        iso = getattr(value, "isoformat", None)
        if callable(iso):
            return str(iso())
        if type(value).__module__ in ("decimal", "fractions", "uuid", "torch", "numpy", "builtins", "datetime"):
            return str(value)[:_LONGEST]
        return self._text(value, f"JSON has no form for {type(value).__name__}")

    def _text(self, value: object, why: str) -> str:
        self._note(f"it is kept as text: {why}")
        try:
            return repr(value)[:_LONGEST]
        except Exception:
            return f"<{type(value).__name__}>"


def _float(value: float) -> object:
    if value - value == 0.0:
        return value
    return {"float": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}


def _bytes(data: bytes) -> dict[str, str]:
    import base64

    return {"bytes": base64.b64encode(data).decode()}
