"""The original's API, through a real exprec into a real repository."""

from __future__ import annotations

import json

import pytest

ORIGINAL_README = """
    from exprec import Experiment

    with Experiment(title='My experiment', tags=['tag1', 'tag2']) as experiment:
        experiment.set_parameter('test_parameter', 5)

        for i in range(10):
            experiment.add_scalar('2x', 2*i, step=i)
            experiment.add_scalar('3x', 3*i, step=i)

        with experiment.open('filename.txt', mode='w') as fp:
            fp.write('test\\n')

        raise ValueError('Invalid value')
"""


def test_two_lines_record_a_run(project) -> None:
    done = project.run("""
        import exprec
        with exprec.Experiment():
            print("hello")
    """)
    assert (done.returncode, done.stdout) == (0, "hello\n")
    run = project.show()
    assert run["status"] == "succeeded"
    assert run["command"][-1] == "train.py"
    assert run["runtime"].startswith("Python 3")
    assert run["git"]["branch"] == "main" and run["git"]["dirty"]
    assert project.exprec("output", "@") == "hello\n"
    assert project.exprec("cat", "@", "source/new.txt") == "untracked\n"
    assert project.exprec("cat", "@", "source/data.txt") == "2\n"


def test_the_minimal_example_of_the_original(project) -> None:
    done = project.run("""
        from exprec import Experiment

        with Experiment() as experiment:
            pass
            # YOUR CODE HERE
    """)
    assert done.returncode == 0
    assert project.show()["status"] == "succeeded"


def test_the_large_example_of_the_original(project) -> None:
    done = project.run(ORIGINAL_README)
    assert done.returncode == 1
    assert done.stderr.count("ValueError: Invalid value") == 1
    run = project.show()
    assert run["status"] == "failed"
    assert (run["title"], run["tags"]) == ("My experiment", ["tag1", "tag2"])
    assert run["params"] == {"test_parameter": 5}
    assert project.points("2x") == [(i, 2.0 * i) for i in range(10)]
    assert project.points("3x") == [(i, 3.0 * i) for i in range(10)]
    assert project.exprec("cat", "@", "filename.txt") == "test\n"
    assert (run["failure"]["type"], run["failure"]["message"]) == ("ValueError", "Invalid value")
    assert "raise ValueError('Invalid value')" in run["failure"]["stack"]


def test_everything_that_can_be_recorded(project) -> None:
    (project.top.parent / "input").write_bytes(b"abc")
    done = project.run(
        """
        import argparse, numpy, exprec
        with exprec.Experiment("t", ["a"], True, None, "n", group="g", steps=7) as e:
            e.set_parameters(argparse.Namespace(lr=0.1, layers=[1, 2]))
            e.set_parameter("nested", {"a": {"b": float("nan")}, "float": b"x"})
            e.add_scalars({"train/loss": 1, "val/loss": numpy.float32(0.5)}, 3)
            e.add_scalar("loss", float("inf"))
            e.add_scalar("loss", float("nan"))
            e.add_scalar("loss", 2, numpy.int64(5))
            e.add_scalar("loss", True)
            e.set_goal("loss", "min")
            e.set_result("accuracy", numpy.float64(0.25))
            e.add_image("samples/a b", numpy.zeros((4, 6, 3), numpy.uint8), 2)
            e.add_file("saved/copy.txt", "data.txt")
            e.add_input("data", "../input")
            assert e.dir.endswith(e.id) and str(e.path) == e.dir and e.uuid == e.id
            assert (e.group, e.steps, e.name, e.title, e.tags) == ("g", 7, "n", "t", ["a"])
        """
    )
    assert done.returncode == 0, done.stderr
    run = project.show("n")
    assert (run["title"], run["name"], run["group"], run["steps"], run["tags"]) == ("t", "n", "g", 7, ["a"])
    assert run["params"] == {"lr": 0.1, "layers": [1, 2], "nested": run["params"]["nested"]}
    assert run["params"]["nested"]["a"] == {"b": "NaN"}
    assert project.points("train/loss") == [(3, 1.0)]
    assert project.points("val/loss") == [(3, 0.5)]
    points = project.points("loss")
    assert [step for step, _ in points] == [0, 1, 5, 6]
    assert points[0][1] == float("inf") and points[1][1] != points[1][1] and points[3][1] == 1.0
    assert run["goals"] == [{"name": "loss", "goal": "minimize"}]
    assert run["results"] == {"accuracy": 0.25}
    assert [(i["name"], i["step"]) for i in run["images"]] == [("samples/a b", 2)]
    assert project.exprec("cat", "@", "saved/copy.txt") == "2\n"
    (given,) = run["inputs"]
    assert (given["name"], given["bytes"]) == ("data", 3)
    assert given["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert run["warnings"] == []


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ([("w", "a\n"), ("a", "b\n")], b"a\nb\n"),
        ([("wb", b"\x00\xff")], b"\x00\xff"),
        ([("x", "new")], b"new"),
        ([("w", "abc"), ("r+", "X")], b"Xbc"),
        ([("w+", "y")], b"y"),
        ([("a+b", b"1"), ("ab", b"2")], b"12"),
    ],
)
def test_all_modes_of_open(project, modes, expected: bytes) -> None:
    done = project.run(f"""
        import exprec
        with exprec.Experiment() as e:
            for mode, data in {modes!r}:
                with e.open("deep/down/file", mode) as f:
                    f.write(data)
            with e.open("deep/down/file", "rb") as f:
                assert f.read() == {expected!r}
            with e.open("other.txt", "w", encoding="latin-1", newline="") as f:
                f.write("ü\\r\\n")
            for wrong in ("missing", "missing/deep"):
                try:
                    e.open(wrong)
                    raise SystemExit("opened")
                except FileNotFoundError:
                    pass
            try:
                e.open("deep/down/file", "x")
                raise SystemExit("opened")
            except FileExistsError:
                pass
    """)
    assert done.returncode == 0, done.stderr
    paths = {f["path"]: f["bytes"] for f in project.show()["files"]}
    assert paths == {"deep/down/file": len(expected), "other.txt": 3}


def test_a_file_of_an_earlier_run(project) -> None:
    project.run("""
        import exprec
        with exprec.Experiment(name="first") as e:
            with e.open("models/a.bin", "wb") as f:
                f.write(b"\\x00weights")
    """)
    first = project.show("first")["id"]
    done = project.run(f"""
        import exprec
        with exprec.Experiment(name="second") as e:
            with e.open("models/a.bin", "rb", uuid={first!r}) as f:
                assert f.read() == b"\\x00weights"
            for mode in ("w", "a", "x", "r+", "rb+"):
                try:
                    e.open("models/a.bin", mode, uuid={first!r})
                    raise SystemExit(mode)
                except ValueError as error:
                    assert "only be read" in str(error)
            for run, name in (({first!r}, "missing"), ({first!r}, "new.txt"), ("00000000", "models/a.bin")):
                try:
                    e.open(name, uuid=run)
                    raise SystemExit(name)
                except FileNotFoundError:
                    pass
            try:
                e.open("models/a.bin", uuid=e.id)
                raise SystemExit("itself")
            except ValueError as error:
                assert "still runs" in str(error)
    """)
    assert done.returncode == 0, done.stderr
    assert project.show("second")["parents"] == [first]


def test_a_run_goes_on_from_another(project) -> None:
    project.run("import exprec\nwith exprec.Experiment(name='a'): pass")
    project.run("import exprec\nwith exprec.Experiment(resume='a', name='b'): pass")
    assert project.show("b")["continues"] == project.show("a")["id"]


def test_wrong_arguments_are_errors_with_words(project) -> None:
    done = project.run("""
        import exprec, numpy
        wrong = 0
        def refuse(kind, part, call, *args, **kw):
            global wrong
            try:
                call(*args, **kw)
            except kind as error:
                assert part in str(error), error
                wrong += 1
            else:
                raise SystemExit(f"{call} took {args} {kw}")
        E = exprec.Experiment
        refuse(ValueError, "lower-case", E, tags=["A B"])
        refuse(TypeError, "list of str", E, tags="a")
        refuse(TypeError, "title is a str", E, title=3)
        refuse(TypeError, "exception", E, exceptions_to_ignore=[3])
        refuse(TypeError, "steps is an int", E, steps="3")
        refuse(ValueError, "not negative", E, steps=-1)
        refuse(ValueError, "shorten", E, name="x" * 300)
        with E() as e:
            refuse(TypeError, "is a number, not str", e.add_scalar, "loss", "0.5", 1)
            refuse(TypeError, "NoneType", e.add_scalar, "loss", None)
            refuse(ValueError, "no single number", e.add_scalar, "loss", numpy.zeros(4))
            refuse(TypeError, "a step is an int", e.add_scalar, "loss", 1.0, "one")
            refuse(ValueError, "64 bits", e.add_scalar, "loss", 1.0, 2**64)
            refuse(ValueError, "empty name", e.add_scalar, "", 1.0)
            refuse(TypeError, "str", e.add_scalar, 3, 1.0)
            refuse(TypeError, "mapping", e.add_scalars, [1])
            refuse(TypeError, "str", e.set_parameter, 3, 1)
            refuse(TypeError, "mapping", e.set_parameters, [1])
            refuse(ValueError, '"max" or "min"', e.set_goal, "loss", "down")
            refuse(TypeError, "an image is", e.add_image, "x", 3, 1)
            refuse(TypeError, "a step", e.add_image, "x", numpy.zeros((2, 2)), None)
            refuse(ValueError, "relative path", e.open, "../x", "w")
            refuse(ValueError, "relative path", e.open, "/x", "w")
            refuse(ValueError, "mode", e.open, "x", "q")
            refuse(TypeError, "mode", e.open, "x", 3)
            refuse(ValueError, "relative path", e.add_file, "../x", "data.txt")
        print(wrong)
    """)
    assert (done.returncode, done.stdout) == (0, "25\n"), done.stderr
    assert project.show()["status"] == "succeeded"


def test_what_cannot_be_recorded_is_a_warning(project) -> None:
    done = project.run("""
        import exprec, numpy
        class Odd:
            def __repr__(self): return "odd one"
        with exprec.Experiment() as e:
            for _ in range(3):
                e.set_parameter("odd", Odd())
                e.set_parameter("array", numpy.zeros(5000))
                e.add_file("x", "no such file")
                e.add_input("y", "no such input")
            e.set_parameter("long", "x" * (17 << 20))
    """)
    assert done.returncode == 0, done.stderr
    run = project.show()
    assert run["params"]["odd"] == "odd one"
    assert "5000" in run["params"]["array"]
    assert len(run["warnings"]) == 5
    assert len([line for line in done.stderr.splitlines() if "odd" in line]) == 1


def test_an_ended_experiment_ignores_what_it_is_told(project) -> None:
    done = project.run("""
        import exprec, numpy
        with exprec.Experiment() as e:
            e.add_scalar("x", 1)
        e.add_scalar("x", 2)
        e.add_scalars({"x": 3})
        e.set_parameter("a", 1)
        e.set_result("r", 1)
        e.set_goal("x", "min")
        e.add_image("i", numpy.zeros((2, 2)), 1)
        e.add_file("f", "data.txt")
        e.add_input("i", "data.txt")
        e.fail("late")
        e.finish()
        e.finish()
        try:
            e.open("x", "w")
            raise SystemExit("opened")
        except ValueError as error:
            assert "has ended" in str(error)
    """)
    assert done.returncode == 0, done.stderr
    (run,) = project.runs()
    assert run["status"] == "succeeded" and run["params"] == {} and project.points("x") == [(0, 1.0)]


def test_switched_off(project) -> None:
    done = project.run(ORIGINAL_README, EXPREC="off")
    assert done.returncode == 1 and "exprec" not in done.stderr.split("Traceback")[0]
    done = project.run("""
        import exprec
        with exprec.Experiment() as e:
            assert e.id == ""
            e.add_scalar("x", 1)
            with e.open("a/b", "w") as f: f.write("1")
            assert e.open("a/b").read() == "1"
            try:
                e.add_scalar("x", "1")
            except TypeError:
                print("checked")
    """, EXPREC="off")
    assert (done.returncode, done.stdout, done.stderr) == (0, "checked\n", "")
    assert project.runs() == []
    assert not (project.top / ".exprec").exists()


def test_several_runs_of_one_process(project) -> None:
    done = project.run("""
        import os, exprec
        for lr in (0.1, 0.2):
            with exprec.Experiment(verbose=False) as e:
                e.set_parameter("lr", lr)
                print("lr", lr)
        assert "EXPREC_RUN" not in os.environ and "EXPREC_DIR" not in os.environ
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "lr 0.1\nlr 0.2\n", "")
    assert [run["params"]["lr"] for run in project.runs()] == [0.2, 0.1]
    assert [project.exprec("output", ref) for ref in ("@~1", "@")] == ["lr 0.1\n", "lr 0.2\n"]


def test_two_runs_at_the_same_time(project) -> None:
    done = project.run("""
        import os, exprec
        with exprec.Experiment(name="outer") as a:
            assert os.environ["EXPREC_RUN"] == a.id
            with exprec.Experiment(name="inner") as b:
                assert a.id != b.id and os.environ["EXPREC_RUN"] == b.id
                a.add_scalar("x", 1)
                b.add_scalar("x", 2)
                print("both")
            assert os.environ["EXPREC_RUN"] == a.id
        assert "EXPREC_RUN" not in os.environ
    """)
    assert (done.returncode, done.stdout) == (0, "both\n"), done.stderr
    assert project.points("x", "outer") == [(0, 1.0)] and project.points("x", "inner") == [(0, 2.0)]
    assert project.show("outer")["status"] == project.show("inner")["status"] == "succeeded"


def test_without_a_repository(project) -> None:
    alone = project.top.parent / "alone"
    alone.mkdir()
    inside, project.top = project.top, alone
    try:
        done = project.run("import exprec\nwith exprec.Experiment() as e: e.add_scalar('x', 1)")
        assert done.returncode == 0, done.stderr
        assert json.loads(project.exprec("list", "--json"))["runs"][0]["status"] == "succeeded"
    finally:
        project.top = inside
