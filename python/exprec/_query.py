"""Reading runs back, through the JSON and CSV that exprec prints."""

from __future__ import annotations

from . import _binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_RUN = 3  # exit code


class Run(dict):  # type: ignore[type-arg]
    """A run as `exprec show --json` prints it; absent numbers and times are None."""

    def scalars(self, *names: str) -> dict[str, dict[str, list[Any]]]:
        """Give the points of those scalars, by default of all that the run itself logged.

        Each has the lists step (int), time (seconds since the run's start) and
        value (float), in the order they were logged. KeyError for unknown ones.
        """
        wanted = names or tuple(self["scalars"])
        for name in wanted:
            if name not in self["scalars"] and name not in self.get("system", {}):
                raise KeyError(f"the run {self['id'][:8]} has no scalar {name!r}")
        return {name: _points(self["id"], name) for name in wanted}

    def frame(self, *names: str) -> Any:
        """Give the same points as a pandas frame with the columns name, step, time, value."""
        pandas = _pandas()
        parts = [pandas.DataFrame({"name": name, **points}) for name, points in self.scalars(*names).items()]
        columns = ["name", "step", "time", "value"]
        return pandas.concat(parts, ignore_index=True)[columns] if parts else pandas.DataFrame(columns=columns)


class Runs(list):  # type: ignore[type-arg]
    """Runs as `exprec list --json` prints them, the newest first."""

    def frame(self) -> Any:
        """Give a pandas frame, a row a run, with parameters, results and last values of scalars.

        Their columns begin with param., result. and scalar.; names within nested
        parameters are joined with dots. The index is the id.
        """
        pandas = _pandas()
        frame = pandas.DataFrame([_row(run) for run in self], index=[run["id"] for run in self])
        for column in ("started", "ended"):
            if column in frame:
                frame[column] = pandas.to_datetime(frame[column], utc=True, format="ISO8601")
        frame.index.name = "id"
        return frame


def runs(query: str = "") -> Runs:
    """Give the runs that a query matches, such as "status=failed lr<0.1", by default all.

    ValueError says what is wrong with a query, RuntimeError what with exprec.
    """
    found = _ask("list", "--json", *(["--", query] if query else []))
    return Runs(Run(run) for run in found["runs"])


def run(reference: str) -> Run:
    """Give one run, by the beginning of its id, its name, alias, or @ and @~1.

    LookupError where there is no such run or several could be meant.
    """
    return Run(_ask("show", "--json", "--", reference))


def _ask(*arguments: str) -> Any:
    import json

    done = _binary.run(*arguments)
    if done.returncode == 0:
        return _numbers(json.loads(done.stdout))
    words = _binary.words(done.stderr) or f"exprec ended with exit code {done.returncode}"
    if done.returncode == _NO_RUN:
        raise LookupError(words)
    if done.returncode == 2:
        raise ValueError(words)
    raise RuntimeError(words)


def _numbers(answer: Any) -> Any:
    """Give numbers where JSON had to write words: NaN and the infinities."""
    for run in answer.get("runs", [answer]):
        run["results"] = {name: _number(value) for name, value in run["results"].items()}
        run["params"] = _deep(run["params"])
        for part in ("scalars", "system"):
            for summary in run.get(part, {}).values():
                summary.update({key: _number(value) for key, value in summary.items()})
    return answer


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _deep(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_deep(entry) for entry in value]
    return _number(value)


def _number(value: Any) -> Any:
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def _points(run: str, name: str) -> dict[str, list[Any]]:
    import csv
    import io

    done = _binary.run("scalars", "--csv", "--", run, name)
    if done.returncode != 0:
        raise RuntimeError(_binary.words(done.stderr))
    points: dict[str, list[Any]] = {"step": [], "time": [], "value": []}
    for row in csv.DictReader(io.StringIO(done.stdout.decode())):
        points["step"].append(int(row["step"]))
        points["time"].append(float(row["time"]))
        points["value"].append(float(row["value"]))
    return points


def _row(run: Run) -> dict[str, Any]:
    kept = ("label", "name", "group", "status", "started", "ended", "seconds", "exit_code", "error", "tags")
    row = {key: run[key] for key in kept}
    row.update(_flat("param", run["params"]))
    row.update({f"result.{name}": value for name, value in run["results"].items()})
    row.update({f"scalar.{name}": summary["last"] for name, summary in run["scalars"].items()})
    return row


def _flat(prefix: str, values: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(f"{prefix}.{name}", value))
        else:
            flat[f"{prefix}.{name}"] = value
    return flat


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise ImportError("frames need pandas: pip install pandas") from None
    return pandas
