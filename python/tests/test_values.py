"""Parameters keep their form, without the libraries they come from."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime
import enum
import json
import pathlib
import types

import numpy
import pytest

from exprec._values import named, number, plain, whole


@dataclasses.dataclass
class Optimizer:
    name: str = "adam"
    betas: tuple[float, float] = (0.9, 0.999)


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Config:
    """A mapping like OmegaConf's: no dict, and a value that is still missing."""

    def keys(self):
        return ["lr", "missing"]

    def __getitem__(self, key):
        if key == "missing":
            raise RuntimeError("Missing mandatory value")
        return 0.1


class Tensor:
    """A scalar like torch's."""

    shape = ()
    dtype = "torch.float32"

    def item(self):
        return 0.5

    def tolist(self):
        return 0.5

    def __float__(self):
        return 0.5


Point = collections.namedtuple("Point", "x y")

FORMS = [
    (None, None),
    (True, True),
    (3, 3),
    (2**64, str(2**64)),
    (0.1, 0.1),
    (float("nan"), {"float": "NaN"}),
    (float("-inf"), {"float": "-Infinity"}),
    ("größe", "größe"),
    (b"ab", {"bytes": "YWI="}),
    ([1, (2, 3)], [1, [2, 3]]),
    ({1: {"a": None}}, {"1": {"a": None}}),
    ({"float": 1}, {"map": {"float": 1}}),
    ({"float": 1, "b": 2}, {"float": 1, "b": 2}),
    ({3, 1}, [1, 3]),
    (Optimizer(), {"name": "adam", "betas": [0.9, 0.999]}),
    (Point(1, 2), {"x": 1, "y": 2}),
    (argparse.Namespace(lr=1), {"lr": 1}),
    (types.SimpleNamespace(lr=1), {"lr": 1}),
    (Config(), {"lr": 0.1, "missing": "???"}),
    (Colour.RED, "red"),
    (Level.HIGH, 3),
    (pathlib.Path("a/b"), "a/b"),
    (datetime.date(2026, 1, 2), "2026-01-02"),
    (range(3), [0, 1, 2]),
    (numpy.float32(0.5), 0.5),
    (numpy.int64(7), 7),
    (numpy.bool_(True), True),
    (numpy.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (numpy.array(2.5), 2.5),
    (numpy.float64(0.1), 0.1),
    (Tensor(), 0.5),
    (Optimizer, "test_values.Optimizer"),
    (len, "builtins.len"),
]


@pytest.mark.parametrize(("value", "form"), FORMS, ids=[repr(value)[:30] for value, _ in FORMS])
def test_form(value: object, form: object) -> None:
    notes: list[str] = []
    made = plain(value, notes.append)
    assert made == form
    assert type(made) is type(form)
    assert notes == []
    json.dumps(made, allow_nan=False)


def test_what_has_no_form_is_text_with_a_note() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "odd"

    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    notes: list[str] = []
    assert plain({"a": Odd()}, notes.append) == {"a": "odd"}
    assert plain(Broken(), notes.append) == "<Broken>"
    assert len(notes) == 2


def test_large_arrays_are_named_not_kept() -> None:
    notes: list[str] = []
    assert plain(numpy.zeros((100, 100), numpy.float32), notes.append) == "<ndarray float32 (100, 100)>"
    assert "add_file" in notes[0]


def test_a_value_that_holds_itself_ends() -> None:
    notes: list[str] = []
    loop: list[object] = []
    loop.append(loop)
    json.dumps(plain(loop, notes.append))
    assert "nested too deep" in notes[0]


def test_numbers() -> None:
    assert number(1, "scalar", "x") == 1.0
    assert number(numpy.float16(0.5), "scalar", "x") == 0.5
    assert number(numpy.array([2.0]), "scalar", "x") == 2.0
    assert number(Tensor(), "scalar", "x") == 0.5
    for wrong in ("1", None, [1], 1j, object()):
        with pytest.raises(TypeError, match="scalar 'x'"):
            number(wrong, "scalar", "x")
    with pytest.raises(ValueError, match="too large"):
        number(10**400, "scalar", "x")
    with pytest.raises((TypeError, ValueError), match="scalar 'x'"):
        number(numpy.zeros(3), "scalar", "x")


def test_steps() -> None:
    assert whole(numpy.int32(3), "a step") == 3
    assert whole(3.0, "a step") == 3
    assert whole(True, "a step") == 1
    for wrong in ("3", 3.5, None):
        with pytest.raises(TypeError, match="a step is an int"):
            whole(wrong, "a step")
    with pytest.raises(ValueError, match="64 bits"):
        whole(2**63, "a step")


def test_only_what_has_names_gives_parameters() -> None:
    assert named(Optimizer()) == {"name": "adam", "betas": (0.9, 0.999)}
    assert named([1]) is None
    assert named("text") is None
    assert named(Optimizer) is None


def test_omegaconf() -> None:
    from omegaconf import OmegaConf

    config = OmegaConf.create({"lr": 0.1, "twice": "${lr}", "layers": [1, {"n": 2}], "missing": "???"})
    notes: list[str] = []
    assert plain(config, notes.append) == {"lr": 0.1, "twice": 0.1, "layers": [1, {"n": 2}], "missing": "???"}
    assert named(config) is not None and notes == []
