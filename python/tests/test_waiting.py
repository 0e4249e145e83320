"""Without exprec, with another program of its name, or on a full disk the training goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from conftest import Project, scalars


def test_without_exprec_the_journal_waits(bare) -> None:
    done = bare.run("""
        import exprec
        with exprec.Experiment(title="t", tags=["a"]) as e:
            e.set_parameter("lr", 0.1)
            for i in range(3): e.add_scalar("loss", i / 2, i)
            with e.open("model.bin", "wb") as f: f.write(b"1")
            print("hello")
    """)
    assert (done.returncode, done.stdout) == (0, "hello\n"), done.stderr
    assert len(done.stderr.splitlines()) == 1 and "go install" in done.stderr
    (folder,) = bare.waiting()
    assert (folder / "files" / "model.bin").read_bytes() == b"1"
    start = json.loads((folder / "start.json").read_text())
    assert start["run"] == folder.name and start["command"][-1] == "train.py" and start["title"] == "t"
    header, *lines = bare.lines()
    assert header["exprec"] == 1 and header["run"] == folder.name and header["pid"] > 0 and header["process_start"] > 0
    assert scalars(lines, "loss") == [(0, 0.0), (1, 0.5), (2, 1.0)]
    assert lines[-1]["end"] == {"status": "succeeded"}
    assert (bare.top / ".exprec" / ".gitignore").read_text() == "*\n"


def test_without_exprec_an_exception_is_written_down(bare) -> None:
    done = bare.run("import exprec\nwith exprec.Experiment(): 1 / 0")
    assert done.returncode == 1
    lines = bare.lines()
    assert lines[-2]["error"]["type"] == "ZeroDivisionError" and lines[-1]["end"] == {"status": "failed"}


@pytest.mark.parametrize("code", [0, 2])
def test_another_or_older_program_of_that_name(bare, tmp_path, code: int) -> None:
    other = tmp_path / "tools" / "exprec"
    other.write_text(f"#!/bin/sh\necho usage\nexit {code}\n")
    other.chmod(0o755)
    done = bare.run("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1); print('ran')")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert "too old" in done.stderr
    assert scalars(bare.lines(), "x") == [(0, 1)]


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "exec nothing-like-it"])
def test_exprec_that_fails(bare, tmp_path, script: str) -> None:
    other = tmp_path / "tools" / "exprec"
    other.write_text(f"#!/bin/sh\n{script}\n")
    other.chmod(0o755)
    done = bare.run("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1); print('ran')")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert "this run is not recorded" in done.stderr


def test_a_folder_that_cannot_be_written(bare) -> None:
    (bare.top / ".exprec").write_text("a file in the way")
    try:
        done = bare.run("""
            import exprec
            with exprec.Experiment() as e:
                e.add_scalar("x", 1)
                with e.open("f", "w") as f: f.write("1")
            print("ran")
        """)
    finally:
        (bare.top / ".exprec").unlink()
    assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
    assert "this run is not recorded" in done.stderr


def test_a_full_disk(tmp_path, binary) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], check=True)
    try:
        top = small / "project"
        top.mkdir()
        project = Project(top, f"{binary}:{os.environ['PATH']}")
        done = project.run("""
            import os, exprec
            with exprec.Experiment(verbose=False, output=False, system=False) as e:
                e.add_scalar("x", 1, 1)
                full = open("full", "wb", buffering=0)
                try:
                    while True: full.write(bytes(4096))
                except OSError: pass
                try:
                    while True: full.write(b"1")
                except OSError: pass
                for i in range(2, 1000): e.add_scalar("x", 0.123456789 + i, i)
                e.set_parameter("full", True)
                e.add_file("copy", "data.txt")
                full.close(); os.unlink("full")
                e.add_scalar("x", 1000, 1000)
                e.set_parameter("room", True)
            print("ran")
        """)
        assert (done.returncode, done.stdout) == (0, "ran\n"), done.stderr
        assert done.stderr.count("values are not recorded") == 1
        run = project.ended()
        assert run["status"] == "succeeded" and run["params"]["room"] is True
        points = project.points("x")
        assert points[0] == (1, 1.0) and points[-1] == (1000, 1000.0)
        assert any("values are not recorded" in warning for warning in run["warnings"])
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_the_package_imports_without_optional_libraries(bare) -> None:
    done = subprocess.run([sys.executable, "-S", "-c", "import exprec, sys; print(sorted(set(sys.modules) & {'numpy', 'json', 'subprocess', 'typing', 'pandas', 'PIL'}))"],
                          cwd=bare.top, env=bare.environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
