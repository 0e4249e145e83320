"""A callback for the Trainer of Hugging Face's transformers::

    from exprec.transformers import ExprecCallback

    trainer = Trainer(..., callbacks=[ExprecCallback()])
"""

from __future__ import annotations

from transformers import TrainerCallback

from ._current import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._experiment import Experiment


class ExprecCallback(TrainerCallback):  # type: ignore[misc]
    """Records into an experiment that is handed over, the live one of the process, or a new one.

    A new one is made with the options of Experiment, and lasts until the program
    ends: a trainer may train and evaluate. Other processes than the first of a
    distributed job record nothing.
    """

    def __init__(self, experiment: Experiment | None = None, **options: Any) -> None:
        self._given = experiment
        self._options = options
        self._found: Experiment | None = None

    @property
    def experiment(self) -> Experiment:
        """The experiment, which is started here if it has not been."""
        if self._found is None:
            self._found, _ = current(self._given, self._options)
        return self._found

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Record the arguments of the training, and the configuration of the model."""
        if not state.is_world_process_zero:
            return
        # Where a token could be, its name in capitals stands, also when there is none.
        given = args.to_sanitized_dict().items()
        self.experiment.set_parameters({name: value for name, value in given if value != f"<{name.upper()}>"})
        describe = getattr(getattr(model, "config", None), "to_dict", None)
        if callable(describe):
            self.experiment.set_parameter("model", describe())

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """Record what the trainer logs: numbers as scalars, the rest not at all."""
        if not state.is_world_process_zero or not logs:
            return
        numbers = {name: value for name, value in logs.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
        self.experiment.add_scalars(numbers, state.global_step)
