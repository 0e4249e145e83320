"""However a program ends, the record says how."""

from __future__ import annotations

import os
import signal
import time

import pytest

WITH = """
    import os, sys, signal, exprec
    with exprec.Experiment() as e:
        e.add_scalar("x", 1)
        print("last words", flush=True)
        {end}
"""
WITHOUT = """
    import os, sys, signal, exprec
    e = exprec.start()
    e.add_scalar("x", 1)
    print("last words", flush=True)
    {end}
"""

ENDINGS = [
    # form, how it ends, exit code of the program, status, recorded exit code, type of the error
    (WITH, "pass", 0, "succeeded", None, None),
    (WITH, "sys.exit()", 0, "succeeded", 0, None),
    (WITH, "sys.exit(3)", 3, "failed", 3, None),
    (WITH, "sys.exit('no data')", 1, "failed", 1, "SystemExit"),
    (WITH, "1 / 0", 1, "failed", None, "ZeroDivisionError"),
    (WITH, "raise KeyboardInterrupt", -2, "stopped", None, None),
    (WITH, "os._exit(4)", 4, "failed", 4, None),
    (WITH, "os.kill(os.getpid(), signal.SIGTERM)", -15, "stopped", 143, None),
    (WITH, "os.kill(os.getpid(), signal.SIGKILL)", -9, "lost", 137, None),
    (WITH, "os.kill(os.getpid(), signal.SIGSEGV)", -11, "failed", 139, None),
    (WITHOUT, "pass", 0, "succeeded", 0, None),
    (WITHOUT, "e.finish()", 0, "succeeded", None, None),
    (WITHOUT, "e.fail('bad'); e.finish()", 0, "failed", None, None),
    (WITHOUT, "sys.exit(3)", 3, "failed", 3, None),
    (WITHOUT, "1 / 0", 1, "failed", 1, "ZeroDivisionError"),
    (WITHOUT, "raise KeyboardInterrupt", -2, "stopped", 130, None),
    (WITHOUT, "os._exit(0)", 0, "succeeded", 0, None),
    (WITHOUT, "os.kill(os.getpid(), signal.SIGTERM)", -15, "stopped", 143, None),
    (WITHOUT, "os.kill(os.getpid(), signal.SIGKILL)", -9, "lost", 137, None),
    (WITHOUT, "os.abort()", -6, "failed", 134, None),
]


@pytest.mark.parametrize(("form", "end", "code", "status", "recorded", "error"), ENDINGS, ids=[f"{'with' if f is WITH else 'start'} {e}" for f, e, *_ in ENDINGS])
def test_ending(project, form: str, end: str, code: int, status: str, recorded: int | None, error: str | None) -> None:
    done = project.run(form.format(end=end))
    assert done.returncode == code, done.stderr
    assert done.stdout == "last words\n"
    run = project.ended()
    assert (run["status"], run["exit_code"]) == (status, recorded)
    assert project.points("x") == [(0, 1.0)]
    assert project.exprec("output", "--stdout", "@") == "last words\n"
    if error is not None:
        assert run["failure"]["type"] == error
    if error == "ZeroDivisionError":
        assert run["failure"]["message"] == "division by zero"
        assert "1 / 0" in run["failure"]["stack"]
        assert done.stderr.count("ZeroDivisionError") >= 1


def test_ignored_exceptions_are_swallowed_and_the_run_is_stopped(project) -> None:
    done = project.run("""
        import exprec
        class Enough(Exception): pass
        with exprec.Experiment(exceptions_to_ignore=["KeyboardInterrupt", Enough], name="a"):
            raise KeyboardInterrupt
        with exprec.Experiment(exceptions_to_ignore=["KeyboardInterrupt", Enough], name="b"):
            raise Enough
        try:
            with exprec.Experiment(exceptions_to_ignore=[Enough], name="c"):
                raise ValueError
        except ValueError:
            print("went on")
    """)
    assert (done.returncode, done.stdout) == (0, "went on\n"), done.stderr
    assert [project.show(name)["status"] for name in "abc"] == ["stopped", "stopped", "failed"]


def test_an_exception_whose_words_cannot_be_had(project) -> None:
    done = project.run("""
        import exprec
        class Odd(Exception):
            def __str__(self): raise RuntimeError("no words")
        with exprec.Experiment():
            raise Odd
    """)
    assert done.returncode == 1
    assert project.show()["failure"]["type"] == "Odd"


def test_an_exception_with_a_long_stack(project) -> None:
    done = project.run("""
        import exprec, sys
        def down(n): return up(n - 1)
        def up(n): return down(n - 1) if n > 0 else 1 / 0
        class Long(Exception): pass
        try:
            up(900)
        except ZeroDivisionError as error:
            cause = error
        with exprec.Experiment():
            raise Long("x" * 100000) from cause
    """)
    assert done.returncode == 1
    failure = project.show()["failure"]
    assert len(failure["message"]) <= 4096 and len(failure["stack"]) <= 65536
    assert failure["type"] == "Long" and failure["stack"].endswith("xxx\n")


def test_handlers_of_the_program_are_left_alone(project) -> None:
    process = project.start("""
        import os, signal, sys, time, exprec
        def stop(number, frame):
            os.write(1, b"handled\\n")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        hook = sys.excepthook
        before = {s: signal.getsignal(s) for s in signal.valid_signals()}
        with exprec.Experiment():
            assert before == {s: signal.getsignal(s) for s in signal.valid_signals()}
            print("ready", flush=True)
            time.sleep(60)
    """)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "handled\n"), err
    assert project.ended()["status"] in ("succeeded", "stopped")


def test_the_hook_of_the_program_is_called_and_given_back(project) -> None:
    done = project.run("""
        import sys, exprec
        def hook(kind, value, trace): print("hook of the program", kind.__name__)
        sys.excepthook = hook
        with exprec.Experiment(): pass
        assert sys.excepthook is hook
        e = exprec.start(name="second")
        1 / 0
    """)
    assert (done.returncode, done.stdout) == (1, "hook of the program ZeroDivisionError\n")
    run = project.ended("second")
    assert run["status"] == "failed" and run["failure"]["type"] == "ZeroDivisionError"


def test_control_c_at_the_terminal(project) -> None:
    process = project.start("""
        import time, exprec
        with exprec.Experiment() as e:
            print("ready", flush=True)
            while True:
                e.add_scalar("x", 1)
                time.sleep(0.001)
    """)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in err
    assert project.ended()["status"] == "stopped"


def test_killed_fifty_times_nothing_is_lost(project) -> None:
    code = """
        import os, sys, exprec
        with exprec.Experiment(verbose=False, source=False, system=False) as e:
            for i in range(10**9):
                e.add_scalar("x", i, i)
                e.set_parameter("p", i)
                os.write(1, b"%d\\n" % i)
    """
    for i in range(50):
        process = project.start(code)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.002 * (i % 10))
        process.kill()
        out, err = process.communicate(timeout=30)
        printed = int((["0"] + out.splitlines())[-1])
        run = project.ended()
        points = project.points("x")
        assert points == [(n, float(n)) for n in range(len(points))]
        assert len(points) >= printed + 1, "a value that was logged is lost"
        assert run["params"]["p"] >= printed
        assert run["status"] == "lost" and run["exit_code"] == 137 and run["warnings"] == [], err


def test_the_supervisor_is_killed(project) -> None:
    process = project.start("""
        import subprocess, sys, exprec
        with exprec.Experiment() as e:
            print(e._started.supervisor, flush=True)
            sys.stdin = open("go")
            sys.stdin.read()
            for i in range(20000):
                print("line", i)
            sys.stdout.flush()
            subprocess.run(["echo", "child"])
            e.add_scalar("x", 5)
        print("after")
    """)
    os.mkfifo(project.top / "go")
    try:
        assert process.stdout is not None
        os.kill(int(process.stdout.readline()), signal.SIGKILL)
        time.sleep(0.2)
        with open(project.top / "go", "w") as go:
            go.write("go")
        out, err = process.communicate(timeout=60)
    finally:
        (project.top / "go").unlink()
    assert process.returncode == 0, err
    assert out == "".join(f"line {i}\n" for i in range(20000)) + "child\nafter\n"
    assert "no longer recorded" in err
    run = project.ended()
    assert run["status"] == "succeeded"
    assert project.points("x") == [(0, 5.0)]


def test_a_handler_that_ends_the_run(project) -> None:
    process = project.start("""
        import os, signal, time, exprec
        e = exprec.Experiment()
        def stop(number, frame):
            e.fail("preempted")
            e.finish()
            os._exit(0)
        signal.signal(signal.SIGTERM, stop)
        with e:
            print("ready", flush=True)
            while True: e.add_scalar("x", 1)
    """)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    run = project.ended()
    assert (run["status"], run["failure"]["message"]) == ("failed", "preempted")


def test_killed_while_the_run_begins(project) -> None:
    for delay in range(0, 60, 6):
        process = project.start("import exprec\nwith exprec.Experiment(verbose=False) as e:\n    while True: e.add_scalar('x', 1)")
        time.sleep(0.03 + delay / 1000)
        process.kill()
        process.communicate(timeout=30)
    limit = time.monotonic() + 30
    while any(run["status"] == "running" for run in project.runs()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert {run["status"] for run in project.runs()} <= {"lost"}
