"""Forks, threads, workers and ranks are one run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

WORKERS = """
    import multiprocessing, sys, exprec

    def work(experiment, n):
        for i in range(100):
            experiment.add_scalar(f"worker/{n}", i, i)
        print("worker", n)

    if __name__ == "__main__":
        context = multiprocessing.get_context(sys.argv[1])
        with exprec.Experiment() as e:
            e.add_scalar("main", 1)
            workers = [context.Process(target=work, args=(e, n)) for n in range(3)]
            for w in workers: w.start()
            for w in workers: w.join()
            assert [w.exitcode for w in workers] == [0, 0, 0]
            e.add_scalar("main", 2)
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(project, method: str) -> None:
    done = project.run(WORKERS, method)
    assert done.returncode == 0, done.stderr
    (run,) = project.runs()
    assert run["status"] == "succeeded"
    assert project.show()["warnings"] == []
    assert project.points("main") == [(0, 1.0), (1, 2.0)]
    for n in range(3):
        assert project.points(f"worker/{n}") == [(i, float(i)) for i in range(100)]
    assert sorted(project.exprec("output", "@").splitlines()) == ["worker 0", "worker 1", "worker 2"]


def test_a_pool(project) -> None:
    done = project.run("""
        from concurrent.futures import ProcessPoolExecutor
        import exprec
        e = None
        def work(n):
            e.add_scalar("work", n, n)
            return n
        with exprec.Experiment() as e:
            with ProcessPoolExecutor(2) as pool:
                assert sum(pool.map(work, range(20))) == 190
    """)
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert run["status"] == "succeeded" and run["warnings"] == []
    assert sorted(project.points("work")) == [(n, float(n)) for n in range(20)]


def test_workers_that_log_nothing_leave_nothing(project) -> None:
    done = project.run("""
        import multiprocessing, os, exprec
        def work(): pass
        with exprec.Experiment() as e:
            w = multiprocessing.get_context("fork").Process(target=work)
            w.start(); w.join()
            pid = os.fork()
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            assert len(os.listdir(e.dir + "/journal")) == 2, os.listdir(e.dir + "/journal")
    """)
    assert done.returncode == 0, done.stderr
    assert project.show()["status"] == "succeeded"


def test_a_fork_that_ends_in_any_way(project) -> None:
    done = project.run("""
        import os, sys, warnings, exprec
        warnings.simplefilter("ignore")  # Python 3.13 looks for threads when ours is there again
        with exprec.Experiment() as e:
            for end in ("exit", "raise", "_exit", "kill"):
                pid = os.fork()
                if pid == 0:
                    e.add_scalar(end, 1)
                    if end == "exit": sys.exit(0)
                    if end == "raise": raise SystemExit(0)
                    if end == "_exit": os._exit(0)
                    os.kill(os.getpid(), 9)
                os.waitpid(pid, 0)
            e.add_scalar("parent", 1)
            print("still recorded")
    """)
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert run["status"] == "succeeded"
    for name in ("exit", "raise", "_exit", "kill", "parent"):
        assert project.points(name) == [(0, 1.0)]
    assert project.exprec("output", "@") == "still recorded\n"


def test_a_child_that_outlives_its_parent_does_not_hold_up_the_end(project) -> None:
    done = project.run("""
        import os, time, exprec
        with exprec.Experiment(output=False) as e:
            if os.fork() == 0:
                os.close(1); os.close(2)
                time.sleep(3)
                os._exit(0)
    """)
    assert done.returncode == 0, done.stderr
    assert project.show()["status"] == "succeeded"


def test_threads(project) -> None:
    done = project.run("""
        import threading, exprec
        with exprec.Experiment() as e:
            def work(n):
                for i in range(2000):
                    e.add_scalar(f"t{n}", i, i)
                    if i % 100 == 0: e.set_parameter(f"p{n}", i)
            threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
            for t in threads: t.start()
            for t in threads: t.join()
    """)
    assert done.returncode == 0, done.stderr
    for n in range(8):
        assert project.points(f"t{n}") == [(i, float(i)) for i in range(2000)]


def test_threads_that_log_while_the_run_ends(project) -> None:
    done = project.run("""
        import threading, exprec
        for _ in range(5):
            with exprec.Experiment(verbose=False) as e:
                go = True
                def work():
                    while go: e.add_scalar("x", 1)
                threads = [threading.Thread(target=work) for n in range(3)]
                for t in threads: t.start()
                e.add_scalar("y", 1)
            go = False
            for t in threads: t.join()
    """)
    assert (done.returncode, done.stderr) == (0, "")
    assert [run["status"] for run in project.runs()] == ["succeeded"] * 5
    assert project.show()["warnings"] == []


def test_the_end_waits_for_a_thread_in_the_middle_of_a_line(project) -> None:
    done = project.run("""
        import threading, time, exprec
        from exprec import _journal
        _journal._SETTLING = 30_000_000_000
        def slow(journal, write, line):
            while not journal.closed: time.sleep(0.001)
            time.sleep(0.3)  # longer than the record takes
            write(line)
            print("written")
        with exprec.Experiment(verbose=False, output=False) as e:
            e.add_scalar("x", 1)
            line = b'{"t":1,"scalar":"x","v":2,"s":1}\\n'
            threading.Thread(target=slow, args=(e._journal, e._journal.write, line)).start()
        print("ended")
    """)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "written\nended\n")
    assert project.points("x") == [(0, 1.0), (1, 2.0)]


RANKS = """
    import os, sys, exprec
    with exprec.Experiment(title="job") as e:
        e.add_scalar(f"rank{os.environ['RANK']}", 1)
        print("rank", os.environ["RANK"])
"""


def test_ranks_that_a_launcher_starts_share_the_run(project) -> None:
    done = project.run(
        """
        import os, subprocess, sys, exprec
        code = "import os, exprec\\nwith exprec.Experiment() as e: e.add_scalar('rank' + os.environ['RANK'], 1); print('rank', os.environ['RANK'])"
        with exprec.Experiment(name="launcher"):
            ranks = [subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "RANK": str(r), "WORLD_SIZE": "3"}) for r in range(3)]
            assert [r.wait() for r in ranks] == [0, 0, 0]
        """
    )
    assert done.returncode == 0, done.stderr
    (run,) = project.runs()
    assert run["status"] == "succeeded"
    for r in range(3):
        assert project.points(f"rank{r}") == [(0, 1.0)]
    assert sorted(project.exprec("output", "@").splitlines()) == ["rank 0", "rank 1", "rank 2"]


RANK = """
import os, time, exprec, exprec._ranks
exprec._ranks._PATIENCE = float(os.environ["PATIENCE"])
rank, silent = os.environ["RANK"], os.environ["SILENT"]
for n in range(2):
    if rank != silent:
        with exprec.Experiment(title="job %d" % n, verbose=False) as e:
            e.add_scalar("rank" + rank, n)
            open(f"../here-{n}-{rank}", "w").close()
            limit = time.monotonic() + 60
            while not silent and not all(os.path.exists(f"../here-{n}-{r}") for r in range(3)):
                assert time.monotonic() < limit
                time.sleep(0.01)
"""
LAUNCHER = """
import os, subprocess, sys
shared = {"WORLD_SIZE": "3", "LOCAL_WORLD_SIZE": "3", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}
ranks = [subprocess.Popen([sys.executable, "-c", sys.argv[1]], env={**os.environ, **shared, "RANK": str(r)}) for r in (2, 1, 0)]
sys.exit(max(r.wait() for r in ranks))
"""


def test_ranks_of_a_launcher_that_knows_nothing_of_exprec(project) -> None:
    done = project.run(LAUNCHER, RANK, PATIENCE="60", SILENT="")
    assert done.returncode == 0, done.stderr
    second, first = project.runs()
    assert (first["title"], second["title"]) == ("job 0", "job 1")
    for run in (first, second):
        assert project.ended(run["id"])["status"] == "succeeded"
    for rank in range(3):
        assert project.points(f"rank{rank}", first["id"]) == [(0, 0.0)]
        assert project.points(f"rank{rank}", second["id"]) == [(0, 1.0)]
    assert list((project.top / ".exprec" / "ranks").iterdir()) == []


def test_a_first_rank_that_records_nothing(project) -> None:
    done = project.run(LAUNCHER, RANK, PATIENCE="0.2", SILENT="0")
    assert done.returncode == 0, done.stderr
    assert len(project.runs()) == 4


def test_inside_of_exprec_run(project) -> None:
    done = project.run(
        """
        import exprec, sys
        with exprec.Experiment(title="inner", tags=["a"]) as e:
            e.set_parameter("lr", 0.1)
            e.add_scalar("x", 1)
            print("hello")
        print("after")
        sys.exit(5)
        """,
        before=("exprec", "run", "--"),
    )
    assert done.returncode == 5, done.stderr
    (run,) = project.runs()
    assert (run["title"], run["status"], run["exit_code"], run["params"]) == ("inner", "failed", 5, {"lr": 0.1})
    assert project.points("x") == [(0, 1.0)]
    assert project.exprec("output", "@", "--stdout") == "hello\nafter\n"


def test_ranks_of_exprec_run(project) -> None:
    project.write(RANKS, "rank.py")
    done = project.run(
        """
        import os, subprocess, sys
        ranks = [subprocess.Popen([sys.executable, "rank.py"], env={**os.environ, "RANK": str(r)}) for r in range(4)]
        sys.exit(max(r.wait() for r in ranks))
        """,
        before=("exprec", "run", "--"),
    )
    (project.top / "rank.py").unlink()
    assert done.returncode == 0, done.stderr
    (run,) = project.runs()
    assert (run["title"], run["status"]) == ("job", "succeeded")
    for r in range(4):
        assert project.points(f"rank{r}") == [(0, 1.0)]


def test_a_program_that_is_started_after_the_run_has_its_own(project) -> None:
    done = project.run("""
        import subprocess, sys, exprec
        with exprec.Experiment(name="first"): pass
        subprocess.run([sys.executable, "-c", "import exprec\\nwith exprec.Experiment(name='second'): pass"], check=True)
    """)
    assert done.returncode == 0, done.stderr
    assert [run["name"] for run in project.runs()] == ["second", "first"]


def test_in_a_thread_of_a_program(project) -> None:
    done = project.run("""
        import threading, exprec
        def main():
            with exprec.Experiment() as e: e.add_scalar("x", 1)
        t = threading.Thread(target=main); t.start(); t.join()
    """)
    assert done.returncode == 0, done.stderr
    assert project.show()["status"] == "succeeded"


def test_stdin_is_left_to_the_program(project) -> None:
    project.write("import exprec, sys\nwith exprec.Experiment(): print(sys.stdin.read())")
    done = subprocess.run([sys.executable, "train.py"], cwd=project.top, env=project.environ, input="given", capture_output=True, text=True)
    assert done.stdout == "given\n"
    assert os.path.isdir(project.top)


def test_forks_are_of_a_process_without_our_threads(project) -> None:
    done = project.run("""
        import os, threading, time, exprec
        with exprec.Experiment() as e:
            assert threading.active_count() == 2
            for _ in range(20):
                pid = os.fork()
                if pid == 0:
                    status = open("/proc/self/status").read()
                    os._exit(0 if threading.active_count() == 1 else 1)
                assert os.waitpid(pid, 0)[1] == 0
            assert threading.active_count() == 2
    """)
    assert done.returncode == 0, done.stderr
    assert project.show()["status"] == "succeeded"
    # Python 3.12 and later warn of threads while they fork: there are none of ours.
    done = project.run("""
        import os, warnings, exprec
        warnings.simplefilter("error")
        with exprec.Experiment() as e:
            if os.fork() == 0: os._exit(0)
            os.wait()
    """, PYTHONDEVMODE="1")
    assert (done.returncode, [l for l in done.stderr.splitlines() if not l.startswith("exprec: ")]) == (0, [])


def test_nothing_is_left_open(project) -> None:
    done = project.run("""
        import exprec
        with exprec.Experiment(verbose=False) as e:
            e.add_scalar("x", 1)
            with e.open("f", "w") as f: f.write("1")
            e.add_file("g", "data.txt")
            e.add_input("h", "data.txt")
    """, PYTHONDEVMODE="1", PYTHONWARNINGS="error")
    assert (done.returncode, done.stderr) == (0, "")


def test_signs_of_life(project) -> None:
    done = project.run("""
        import time, exprec, exprec._watch
        exprec._watch._HEARTBEAT = 0.05
        with exprec.Experiment(system=False) as e:
            e.add_scalar("x", 1)
            limit = time.monotonic() + 20
            while True:
                import os
                lines = [l for n in os.listdir(e.dir + "/journal") if n.endswith(".jsonl") for l in open(e.dir + "/journal/" + n)]
                if sum("heartbeat" in line for line in lines) >= 3: break
                assert time.monotonic() < limit
                time.sleep(0.02)
    """)
    assert done.returncode == 0, done.stderr


def test_a_worker_that_logs_after_the_end(project) -> None:
    done = project.run("""
        import os, sys, exprec
        r, w = os.pipe()
        done_r, done_w = os.pipe()
        with exprec.Experiment() as e:
            e.add_scalar("x", 1)
            if os.fork() == 0:
                os.close(w)
                os.read(r, 1)  # until the parent's run has ended
                e.add_scalar("x", 2)
                e.set_parameter("late", 1)
                os.write(done_w, b"survived")
                os._exit(0)
            os.close(r)
        os.write(w, b".")
        print(os.read(done_r, 100))
    """)
    assert (done.returncode, done.stdout) == (0, "b'survived'\n"), done.stderr
    assert project.points("x") == [(0, 1.0)]
    assert len(project.runs()) == 1


def test_a_child_prints_after_the_end(project) -> None:
    done = project.run("""
        import os, subprocess, time, exprec
        r, w = os.pipe()
        with exprec.Experiment() as e:
            child = subprocess.Popen(["sh", "-c", f"read x <&{r}; echo from the child; echo again; exit 7"], pass_fds=[r])
            print("in the run", flush=True)
        os.write(w, b"go\\n")
        print(child.wait())
    """)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == ["7", "again", "from the child", "in the run"]
    assert project.show()["status"] == "succeeded"
