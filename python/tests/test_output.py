"""What is printed is recorded and goes where it went, children and C code included."""

from __future__ import annotations

import os
import pty
import subprocess
import sys


def test_children_and_c_code(project) -> None:
    done = project.run("""
        import ctypes, os, subprocess, sys, exprec
        print("before")
        with exprec.Experiment():
            print("python")
            sys.stdout.flush()
            os.write(1, b"descriptor\\n")
            subprocess.run(["sh", "-c", "echo child; echo error of child >&2"])
            ctypes.CDLL(None).printf(b"from C\\n")
            ctypes.CDLL(None).fflush(None)
            print("warning", file=sys.stderr)
        print("after")
    """)
    assert done.stdout == "before\npython\ndescriptor\nchild\nfrom C\nafter\n"
    assert project.exprec("output", "--stdout", "@") == "python\ndescriptor\nchild\nfrom C\n"
    assert project.exprec("output", "--stderr", "@") == "error of child\nwarning\n"
    assert "error of child\nwarning\n" in done.stderr


def test_the_descriptors_are_given_back(project) -> None:
    done = project.run("""
        import os, exprec
        before = {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in (0, 1, 2)}
        count = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            with exprec.Experiment(verbose=False) as e:
                e.add_scalar("x", 1)
                assert "/stdout" in os.readlink("/proc/self/fd/1")
        assert before == {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in (0, 1, 2)}
        assert count == len(os.listdir("/proc/self/fd")), os.listdir("/proc/self/fd")
    """)
    assert done.returncode == 0, done.stderr


def test_one_stream_for_both_keeps_the_order(project) -> None:
    project.write("""
        import sys, exprec
        with exprec.Experiment(verbose=False):
            for i in range(200):
                print("out", i, flush=True)
                print("err", i, file=sys.stderr, flush=True)
    """)
    done = subprocess.run([sys.executable, "train.py"], cwd=project.top, env=project.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.stdout == "".join(f"out {i}\nerr {i}\n" for i in range(200))


def test_a_terminal(project) -> None:
    project.write("import exprec\nwith exprec.Experiment(): print('hello')")
    primary, secondary = pty.openpty()
    process = subprocess.Popen([sys.executable, "train.py"], cwd=project.top, env=project.environ, stdin=secondary, stdout=secondary, stderr=secondary)
    os.close(secondary)
    seen = b""
    while True:
        try:
            data = os.read(primary, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    os.close(primary)
    assert process.wait(30) == 0
    assert seen.count(b"hello\r\n") == 1 and b"succeeded" in seen
    assert "hello\n" in project.exprec("output", "@")


def test_much_output(project) -> None:
    done = project.run("""
        import exprec
        with exprec.Experiment():
            for i in range(300000): print("line", i)
    """)
    assert done.stdout == "".join(f"line {i}\n" for i in range(300000))
    assert project.exprec("output", "@") == done.stdout


def test_closed_descriptors(project) -> None:
    project.write("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1)")
    done = subprocess.run(["sh", "-c", f"{sys.executable} train.py >&- 2>&-"], cwd=project.top, env=project.environ)
    assert done.returncode == 0
    assert project.ended()["status"] == "succeeded" and project.points("x") == [(0, 1.0)]


def test_no_output(project) -> None:
    done = project.run("import exprec\nwith exprec.Experiment(output=False): print('hello')")
    assert done.stdout == "hello\n"
    assert project.show()["output"] == []
