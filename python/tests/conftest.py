"""A project with a real repository, scripts that run in it, and what exprec says of them."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import pytest

#: The interpreter of the scripts; another one than this with EXPREC_PYTHON.
PYTHON = os.environ.get("EXPREC_PYTHON", sys.executable)
TOP = pathlib.Path(__file__).resolve().parents[2]

# A shell has what it starts in the background ignore it, and so would the scripts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """A skipped test is a failure."""
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", "a skipped test is a failure"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """So is a skipped file."""
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", "a skipped file is a failure"
    return report


def go_environment() -> dict[str, str]:
    """Where go finds what it has built and downloaded, in another home."""
    done = subprocess.run(["go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPATH"], cwd=TOP, check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def build(program: pathlib.Path, package: str) -> None:
    """Build a program of this repository, as the tests in Go do: so packages are compiled once."""
    subprocess.run(["go", "build", "-o", str(program), package], cwd=TOP, env={**os.environ, "CGO_ENABLED": "0"}, check=True)


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The folder of exprec: EXPREC_BIN, or built from this repository."""
    given = os.environ.get("EXPREC_BIN")
    if given:
        return pathlib.Path(given)
    folder = tmp_path_factory.mktemp("bin")
    build(folder / "exprec", "./cmd/exprec")
    return folder


class Project:
    """A repository with a commit, a change and an untracked file; or a plain folder, or one that is there."""

    def __init__(self, top: pathlib.Path, path: str, repository: bool = True, made: bool = False) -> None:
        self.top = top
        self.path = path
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith(("EXPREC", "GIT_", "RANK"))}
        self.environ.update(PATH=path, PYTHONPATH=str(TOP / "python"), HOME=str(top.parent))
        self.environ.pop("PYTHONUNBUFFERED", None)
        self.environ.pop("PYTEST_CURRENT_TEST", None)  # ipykernel looks at it
        if made:
            return
        if not repository:
            (top / "data.txt").write_text("1\n")
            return
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.org")
        (top / "data.txt").write_text("1\n")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "first")
        (top / "data.txt").write_text("2\n")
        (top / "new.txt").write_text("untracked\n")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.top, env=self.environ, check=True, capture_output=True, text=True)
        return done.stdout

    def state(self) -> dict[str, str]:
        """What recording may not change."""
        files = {}
        for path in sorted(self.top.rglob("*")):
            relative = path.relative_to(self.top)
            if relative.parts[0] not in (".git", ".exprec") and path.is_file():
                files[str(relative)] = hashlib.sha256(path.read_bytes()).hexdigest()
        if not (self.top / ".git").exists():
            return files
        for name in ("HEAD", "index", "config"):
            files[".git/" + name] = hashlib.sha256((self.top / ".git" / name).read_bytes()).hexdigest()
        refs = self.git("for-each-ref", "--format=%(refname) %(objectname)")
        files["refs"] = "\n".join(line for line in refs.splitlines() if not line.startswith("refs/exprec"))
        files["stash"] = self.git("stash", "list")
        return files

    def write(self, code: str, name: str = "train.py") -> pathlib.Path:
        path = self.top / name
        path.write_text(textwrap.dedent(code))
        return path

    def start(self, code: str, *arguments: str, before: tuple[str, ...] = (), **environ: str) -> subprocess.Popen[str]:
        """Start a script; it runs in the project."""
        self.write(code)
        return subprocess.Popen(
            [*before, PYTHON, "train.py", *arguments],
            cwd=self.top,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str, *arguments: str, before: tuple[str, ...] = (), **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script to its end."""
        process = self.start(code, *arguments, before=before, **environ)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def exprec(self, *arguments: str) -> str:
        done = subprocess.run(["exprec", *arguments], cwd=self.top, env=self.environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def show(self, reference: str = "@") -> dict:
        return json.loads(self.exprec("show", "--json", reference))

    def runs(self) -> list[dict]:
        return json.loads(self.exprec("list", "--json"))["runs"]

    def ended(self, reference: str = "@") -> dict:
        """The run when it is sealed."""
        limit = time.monotonic() + 30
        while True:
            run = self.show(reference)
            if run["status"] != "running":
                return run
            assert time.monotonic() < limit, run
            time.sleep(0.05)

    def points(self, name: str, reference: str = "@") -> list[tuple[int, float]]:
        lines = self.exprec("scalars", "--csv", reference, name).splitlines()[1:]
        return [(int(line.split(",")[0]), float(line.split(",")[2])) for line in lines]

    def waiting(self) -> list[pathlib.Path]:
        return sorted((self.top / ".exprec" / "runs").glob("*-*"))

    def lines(self) -> list[dict]:
        """The lines of all journals of the only run that waits for exprec."""
        (folder,) = self.waiting()
        found = []
        for path in sorted((folder / "journal").glob("*.jsonl")):
            found += [json.loads(line) for line in path.read_text().splitlines() if line]
        return found


@pytest.fixture
def project(tmp_path: pathlib.Path, binary: pathlib.Path):
    """A project with exprec on PATH; its repository must be unchanged at the end."""
    top = tmp_path / "project"
    top.mkdir()
    made = Project(top, f"{binary}:{os.environ['PATH']}")
    made.write("")
    before = made.state()
    yield made
    made.write("")
    assert made.state() == before


@pytest.fixture
def bare(tmp_path: pathlib.Path):
    """A project without exprec on PATH."""
    yield from without_exprec(tmp_path, True)


@pytest.fixture
def plain(tmp_path: pathlib.Path):
    """A folder that is no repository, without exprec on PATH."""
    yield from without_exprec(tmp_path, False)


def without_exprec(tmp_path: pathlib.Path, repository: bool):
    top = tmp_path / "project"
    top.mkdir()
    tools = tmp_path / "tools"
    tools.mkdir()
    git = shutil.which("git")
    assert git is not None
    (tools / "git").symlink_to(git)
    made = Project(top, str(tools), repository)
    made.write("")
    before = made.state()
    yield made
    made.write("")
    assert made.state() == before


def scalars(lines: list[dict], name: str) -> list[tuple[int, object]]:
    """The steps and values of a scalar in lines of a journal."""
    return [(line["s"], line["v"]) for line in lines if line.get("scalar") == name]
