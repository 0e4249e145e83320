"""A SummaryWriter as that of torch.utils.tensorboard, which records into a run::

    from exprec.tensorboard import SummaryWriter
"""

from __future__ import annotations

from ._current import current
from ._names import Segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

    from ._experiment import Experiment

_NOT_KEPT = ("histogram", "histogram_raw", "graph", "onnx_graph", "embedding", "pr_curve", "pr_curve_raw", "audio", "video", "mesh")


class SummaryWriter:
    """Writes into the live experiment of this process, or one of its own that close ends."""

    def __init__(self, log_dir: str | None = None, comment: str = "", *_: object, experiment: Experiment | None = None, **__: object) -> None:
        """log_dir and comment become the title of a run of its own; the other
        arguments of the original have no meaning here."""
        title = " ".join(part for part in (str(log_dir or ""), comment.strip()) if part)
        self._experiment, self._own = current(experiment, {"title": title})
        self._segments = Segments()

    @property
    def experiment(self) -> Experiment:
        """The run that it writes into."""
        return self._experiment

    @property
    def log_dir(self) -> str:
        """The run's folder."""
        return self._experiment.dir

    def get_logdir(self) -> str:
        """Give the run's folder."""
        return self.log_dir

    def add_scalar(self, tag: str, scalar_value: Any, global_step: int | None = None, walltime: object = None, **_: object) -> None:
        """Record a number at a step."""
        self._experiment.add_scalar(tag, scalar_value, global_step)

    def add_scalars(self, main_tag: str, tag_scalar_dict: Mapping[str, Any], global_step: int | None = None, walltime: object = None) -> None:
        """Record several numbers, as main_tag/tag."""
        self._experiment.add_scalars({f"{main_tag}/{tag}": value for tag, value in tag_scalar_dict.items()}, global_step)

    def add_image(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: object = None, dataformats: str = "CHW") -> None:
        """Record an image at a step, 0 by default."""
        self._experiment.add_image(tag, _rows_first(img_tensor, dataformats), global_step or 0)

    def add_images(self, tag: str, img_tensor: Any, global_step: int | None = None, walltime: object = None, dataformats: str = "NCHW") -> None:
        """Record a batch of images as tag/0, tag/1, …"""
        batch = _array(img_tensor)
        for number, image in enumerate(batch):
            self.add_image(f"{tag}/{number}", image, global_step, dataformats=dataformats.replace("N", ""))

    def add_figure(self, tag: str, figure: Any, global_step: int | None = None, close: bool = True, walltime: object = None) -> None:
        """Record a figure of matplotlib, or several as tag/0, tag/1, …"""
        figures = figure if isinstance(figure, (list, tuple)) else [figure]
        for number, one in enumerate(figures):
            self._experiment.add_image(tag if one is figure else f"{tag}/{number}", one, global_step or 0)
            if close:
                import sys

                pyplot = sys.modules.get("matplotlib.pyplot")
                if pyplot is not None:
                    pyplot.close(one)

    def add_text(self, tag: str, text_string: str, global_step: int | None = None, walltime: object = None) -> None:
        """Keep a text as the file text/<tag>/<step>.txt of the run."""
        path = f"text/{self._segments.of(tag)}/{global_step or 0}.txt"
        with self._experiment.open(path, "w", encoding="utf-8") as file:
            file.write(text_string)

    def add_hparams(self, hparam_dict: Mapping[str, Any], metric_dict: Mapping[str, Any], *_: object, **__: object) -> None:
        """Record parameters, and results."""
        self._experiment.set_parameters(hparam_dict)
        for name, value in metric_dict.items():
            self._experiment.set_result(name, value)

    def add_custom_scalars(self, *_: object, **__: object) -> None:
        """Do nothing: that is about how pages look."""

    def flush(self) -> None:
        """Do nothing: what was added is written."""

    def close(self) -> None:
        """End the run, if it is this writer's own."""
        if self._own:
            self._experiment.finish()

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._own:
            self._experiment.__exit__(kind, value, trace)

    def __getattr__(self, name: str) -> Any:
        """Give what accepts that which a run has no place for, and says so once."""
        if name.startswith("add_") and name[len("add_") :] in _NOT_KEPT:
            return lambda *_, **__: self._experiment._warn(f"{name} of the SummaryWriter is not recorded: a run has no place for that")
        raise AttributeError(f"SummaryWriter has no attribute {name!r}")


def _array(tensor: Any) -> Any:
    import numpy

    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu().numpy()
    return numpy.asarray(tensor)


def _rows_first(tensor: Any, form: str) -> Any:
    """Give an image as height, width and channels, whatever its letters say."""
    form = form.upper()
    array = _array(tensor)
    if sorted(form) not in (sorted("CHW"), sorted("HW")) or array.ndim != len(form):
        raise ValueError(f"dataformats {form!r} and an array of shape {tuple(array.shape)} do not fit: write CHW, HWC or HW")
    return array.transpose([form.index(letter) for letter in "HWC" if letter in form])
