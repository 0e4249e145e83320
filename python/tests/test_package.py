"""Wheel and sdist build, hold what they should, and work where they are installed."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from conftest import TOP


@pytest.fixture
def sources(tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the package's folder: building writes beside it."""
    copy = tmp_path / "python"
    shutil.copytree(TOP / "python", copy, ignore=shutil.ignore_patterns("__pycache__", "build", "dist", "*.egg-info", ".*"))
    return copy


def modules() -> set[str]:
    return {f"exprec/{path.name}" for path in (TOP / "python" / "exprec").glob("*.py")} | {"exprec/py.typed"}


def test_the_wheel(project, sources: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(out), str(sources)], check=True)
    (wheel,) = out.iterdir()
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("exprec/")} == modules()
    target = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    project.environ["PYTHONPATH"] = str(target)
    done = project.run("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1)\nprint(exprec.__file__)")
    assert done.stdout.startswith(str(target)), done.stderr
    assert project.points("x") == [(0, 1.0)]


def test_exprec_in_the_wheel(bare, sources: pathlib.Path, binary: pathlib.Path) -> None:
    packaged = sources / "exprec" / "_bin"
    packaged.mkdir()
    shutil.copy2(binary / "exprec", packaged / "exprec")
    bare.environ["PYTHONPATH"] = str(sources)
    done = bare.run("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1)\nassert exprec.run('@')['status'] == 'succeeded'")
    assert done.returncode == 0, done.stderr
    bare.environ["PATH"] = f"{packaged}:{os.environ['PATH']}"
    assert bare.points("x") == [(0, 1.0)]


def test_the_source_distribution(sources: pathlib.Path, tmp_path: pathlib.Path) -> None:
    build = "import setuptools.build_meta as b; print(b.build_sdist('.'))"
    name = subprocess.run([sys.executable, "-c", build], cwd=sources, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    with tarfile.open(sources / name) as archive:
        names = {path.split("/", 1)[1] for path in archive.getnames() if "/" in path}
    assert modules() <= names and {"README.md", "pyproject.toml"} <= names


def test_the_version_is_said_once(sources: pathlib.Path) -> None:
    import exprec

    assert f'version = "{exprec.__version__}"' in (sources / "pyproject.toml").read_text()
