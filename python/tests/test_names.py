"""Names, tags and paths are checked; segments are those of the format."""

from __future__ import annotations

import re

import pytest

from conftest import TOP
from exprec._names import Segments, check_name, check_path, check_tags


def test_segments_are_those_of_the_format() -> None:
    text = (TOP / "recorder" / "FORMAT.md").read_text()
    table = text.split("| name | segment |\n|---|---|\n")[1].split("\n\n")[0]
    rows = [re.findall(r"`([^`]*)`", line) for line in table.splitlines()]
    single = [row for row in rows if len(row) == 2]
    assert len(single) >= 15
    for name, segment in single:
        assert Segments().of(name) == segment
    (pair,) = [row for row in rows if len(row) == 4]
    segments = Segments()
    assert [segments.of(pair[0]), segments.of(pair[1])] == pair[2:]
    assert segments.of(pair[1]) == pair[3]


@pytest.mark.parametrize("name", ["", "x" * 257, "\udc80"])
def test_bad_names(name: str) -> None:
    with pytest.raises(ValueError, match="scalar"):
        check_name("scalar", name)


def test_a_name_is_text() -> None:
    with pytest.raises(TypeError, match="a scalar is a str, not int"):
        check_name("scalar", 3)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "a//b", ".", "a\0b", "x" * 5000])
def test_bad_paths(path: str) -> None:
    with pytest.raises(ValueError, match="relative path"):
        check_path(path)


def test_tags() -> None:
    assert check_tags(("a", "b-1")) == ["a", "b-1"]
    for wrong in (["A"], [""], ["a b"], ["x" * 65], ["é"]):
        with pytest.raises(ValueError, match="lower-case"):
            check_tags(wrong)
    for wrong in ("abc", 3, [3]):
        with pytest.raises(TypeError):
            check_tags(wrong)
