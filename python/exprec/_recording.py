"""The values of an experiment: parameters, scalars, results, goals, images."""

from __future__ import annotations

import os

from ._life import ENDED, Life
from ._names import check_name
from ._values import named, number, plain, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Recording(Life):
    """An experiment that takes values."""

    def set_parameter(self, name: str, value: object) -> None:
        """Record a parameter; the last value of a name wins.

        Numbers, texts, lists, dicts, dataclasses, namespaces and mappings keep
        their form. What has none is kept as text, with a warning.
        """
        check_name("parameter", name)
        self._ensure()
        try:
            made = plain(value, lambda note: self._warn(f"the parameter {name!r}: {note}"))
            self._journal.line({"param": name, "v": made})
        except (ValueError, RecursionError) as error:
            self._warn(f"the parameter {name!r} is not recorded: {error}")

    def set_parameters(self, values: object) -> None:
        """Record each entry of a mapping, argparse.Namespace or dataclass as a parameter."""
        entries = named(values)
        if entries is None:
            raise TypeError(f"parameters are a mapping, a namespace or a dataclass, not {type(values).__name__}")
        for name in entries:
            check_name("parameter", name)
        for name, value in entries.items():
            self.set_parameter(name, value)

    def add_scalar(self, name: str, value: Any, step: int | None = None) -> None:
        """Record a number at a step; without one, at the step after the last of that name."""
        (self._scalars or self._ready()).add(name, value, step)

    def add_scalars(self, values: Mapping[str, Any], step: int | None = None) -> None:
        """Record several numbers at one step."""
        entries = named(values)
        if entries is None:
            raise TypeError(f"scalars are a mapping of names to numbers, not {type(values).__name__}")
        scalars = self._scalars or self._ready()
        checked = [(check_name("scalar", name), number(value, "scalar", name)) for name, value in entries.items()]
        for name, value in checked:
            scalars.add(name, value, step)

    def set_result(self, name: str, value: Any) -> None:
        """Record a number without a step, such as the accuracy on the test set."""
        check_name("result", name)
        made = number(value, "result", name)
        self._ensure()
        self._journal.line({"result": name, "v": made})

    def set_goal(self, name: str, goal: str) -> None:
        """Say which is better of a scalar or result: "max" or "min". The first is the main one."""
        check_name("goal", name)
        goals = {"max": "max", "maximize": "max", "min": "min", "minimize": "min"}
        if goal not in goals:
            raise ValueError(f'a goal is "max" or "min", not {goal!r:.80}')
        self._ensure()
        self._journal.line({"goal": name, "v": goals[goal]})

    def add_image(self, name: str, image: Any, step: int) -> None:
        """Record a Pillow image, an array, a tensor, a figure or an image file at a step.

        Arrays are (height, width) or (height, width, channels): bytes, 16 bits,
        booleans, or floats from 0 to 1.
        """
        from . import _images

        check_name("image", name)
        step = whole(step, "a step")
        self._ensure()
        try:
            self._keep_image(name, _images.encode(image), step)
        except OSError as error:
            self._warn(f"the image {name!r} at step {step} is not recorded: {error}")

    def _keep_image(self, name: str, image: Any, step: int) -> None:
        if self._started is None or self._phase == ENDED:
            return
        file = f"{self._segments.of(name)}/{step}.{image.kind}"
        path = os.path.join(self._started.folder, "images", *file.split("/"))
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        temporary = os.path.join(os.path.dirname(path), f".new-{os.urandom(6).hex()}")
        with open(temporary, "xb") as out:
            out.write(image.data)
        os.replace(temporary, path)
        line = {"image": name, "s": step, "file": file, "w": image.width, "h": image.height, "size": len(image.data)}
        self._journal.line(line)
