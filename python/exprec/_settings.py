"""What an experiment was asked to be, checked."""

from __future__ import annotations

import os

from ._names import check_name, check_tags
from ._values import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Settings:
    """The options of a run; a wrong one raises TypeError or ValueError."""

    def __init__(
        self,
        title: str,
        tags: Iterable[str] | None,
        verbose: bool,
        name: str,
        group: str,
        steps: int | None,
        resume: str,
        output: bool,
        source: bool,
        system: bool,
    ) -> None:
        self.title = _text("title", title).strip()
        self.tags = check_tags(tags)
        self.verbose = bool(verbose)
        self.name = _text("name", name).strip()
        if self.name:
            check_name("run", self.name)
        self.group = _text("group", group)
        self.steps = 0 if steps is None else whole(steps, "the number of steps")
        if self.steps < 0:
            raise ValueError(f"{self.steps} planned steps: give a number that is not negative")
        self.resume = _text("run to resume", resume)
        self.output = bool(output)
        self.source = bool(source)
        self.system = bool(system)

    def arguments(self) -> list[str]:
        """Give the options of `exprec begin` that say the same."""
        words = []
        for option in ("title", "name", "group"):
            if getattr(self, option):
                words.append(f"--{option}={getattr(self, option)}")
        words += [f"--tag={tag}" for tag in self.tags]
        if self.steps:
            words.append(f"--steps={self.steps}")
        if self.resume:
            words.append(f"--continue={self.resume}")
        for kept, option in ((self.output, "output"), (self.source, "source"), (self.system, "system")):
            if not kept:
                words.append(f"--no-{option}")
        if not self.verbose:
            words.append("--quiet")
        return words

    def meta(self) -> dict[str, object]:
        """Give the fields of a journal's meta line that say the same."""
        fields = {"title": self.title, "group": self.group, "name": self.name, "steps": self.steps, "tags": self.tags}
        return {name: value for name, value in fields.items() if value}


def off() -> bool:
    """Report whether the environment switches recording off."""
    return os.environ.get("EXPREC", "").lower() in ("off", "0", "false", "no")


def _text(what: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"the {what} is a str, not {type(value).__name__}: {value!r:.80}")
    if "\0" in value:
        raise ValueError(f"the {what} holds a zero byte")
    return value
