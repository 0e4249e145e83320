"""Reading what a training recorded, through the package itself."""

from __future__ import annotations

import pytest

import exprec


@pytest.fixture
def recorded(project, monkeypatch: pytest.MonkeyPatch):
    """Give the only run of the project, when it is sealed."""
    monkeypatch.chdir(project.top)
    monkeypatch.setenv("PATH", project.path)

    def read():
        project.ended()
        (run,) = exprec.runs()
        return exprec.run(run["id"])

    return read
