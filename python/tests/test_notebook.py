"""Notebooks that a real kernel executes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter

import nbformat

RUN = """
    import sys, nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    cells = [nbformat.v4.new_code_cell(c) for c in sys.argv[1:]]
    nb = nbformat.v4.new_notebook(cells=cells)
    try:
        NotebookClient(nb, kernel_name="python3", timeout=120, allow_errors=True).execute()
    finally:
        for cell in nb.cells:
            for out in cell.outputs:
                print(out.get("name", out["output_type"]), repr(out.get("text", out.get("ename"))))
"""


def test_cells_are_the_source_and_their_output_is_kept(project) -> None:
    done = project.run(
        RUN,
        "import exprec\nx = 1",
        "%time y = 2\n!echo from a child",
        "e = exprec.start(title='nb')\nprint('größe', x)",
        "import sys\nfor i in range(3): e.add_scalar('loss', i, i)\nprint('error stream', file=sys.stderr)",
        "e.finish()\nprint('later')",
    )
    assert done.returncode == 0, done.stderr
    assert "'größe 1\\n'" in done.stdout and "'later\\n'" in done.stdout
    run = project.ended()
    assert (run["title"], run["status"]) == ("nb", "succeeded")
    assert [step for step, _ in project.points("loss")] == [0, 1, 2]
    script = project.exprec("cat", "@", "notebook/notebook.py")
    compile(script, "notebook.py", "exec")
    assert script.startswith("# %% [1]\nimport exprec\nx = 1\n") and "get_ipython()" in script and "e.finish()" in script
    document = nbformat.reads(project.exprec("cat", "@", "notebook/notebook.ipynb"), as_version=4)
    nbformat.validate(document)
    assert [cell.source for cell in document.cells][1] == "%time y = 2\n!echo from a child"
    assert project.exprec("output", "@", "--stdout") == "größe 1\n"
    assert project.exprec("output", "@", "--stderr") == "error stream\n"


def test_with_in_a_cell_that_fails(project) -> None:
    done = project.run(RUN, "import exprec", "with exprec.Experiment(name='a') as e:\n    print('in')\n    1 / 0", "with exprec.Experiment(name='b') as e:\n    print('next')")
    assert done.returncode == 0, done.stderr
    assert "'ZeroDivisionError'" in done.stdout
    failed = project.ended("a")
    assert (failed["status"], failed["failure"]["type"]) == ("failed", "ZeroDivisionError")
    assert project.ended("b")["status"] == "succeeded"
    assert project.exprec("output", "b", "--stdout") == "next\n"


def test_a_kernel_that_is_shut_down_ends_the_run_as_stopped(project) -> None:
    done = project.run(RUN, "import exprec\ne = exprec.start()", "e.add_scalar('x', 1)\nprint('last')")
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert run["status"] == "stopped"
    assert project.points("x") == [(0, 1.0)]
    assert "last" in project.exprec("output", "@")
    assert json.loads(project.exprec("cat", "@", "notebook/notebook.ipynb"))["nbformat"] == 4


def shown(done, name: str) -> str:
    """What the notebook of RUN shows of a stream."""
    texts = re.findall(rf"^{name} (['\"].*)$", done.stdout, re.MULTILINE)
    return "".join(ast.literal_eval(text) for text in texts)


def test_children_and_c_code_are_shown_and_kept(project) -> None:
    done = project.run(
        RUN,
        "import ctypes, os, subprocess, sys, exprec\nc = ctypes.CDLL(None)",
        "e = exprec.start()\nprint('python')\nos.system('echo from a shell')\nprint('again')",
        "subprocess.run(['sh', '-c', 'echo child; echo error of a child >&2'])\nc.printf(b'from C\\n')\nc.fflush(None)\nprint('python error', file=sys.stderr)",
        "os.write(1, b'descriptor\\n')\n!echo from a magic\nsubprocess.run(['sh', '-c', 'seq 1 20000'])\nprint('last')\nos.write(2, b'last error\\n')\ne.finish()",
        "os.system('echo after the end')\nprint('after')",
    )
    assert done.returncode == 0, done.stderr
    numbers = "".join(f"{number}\n" for number in range(1, 20001))
    kept = f"python\nfrom a shell\nagain\nchild\nfrom C\ndescriptor\nfrom a magic\n{numbers}last\n"
    assert project.exprec("output", "@", "--stdout") == kept
    assert project.exprec("output", "@", "--stderr") == "error of a child\npython error\nlast error\n"
    # ipykernel shows what Python prints in the middle of what others print, and gives a magic a terminal.
    assert sorted(shown(done, "stdout").replace("\r", "")) == sorted(kept + "after the end\nafter\n")
    assert not Counter("error of a child\npython error\nlast error\n") - Counter(shown(done, "stderr"))
    assert project.ended()["warnings"] == []


def test_the_descriptors_of_a_kernel_are_given_back(project) -> None:
    done = project.run(
        RUN,
        "import os, subprocess, time, exprec\nat = {fd: os.readlink(f'/proc/self/fd/{fd}') for fd in (1, 2)}\ndef pipes():\n    return sum(os.path.exists(p) and os.readlink(p).startswith('pipe') for p in map('/proc/self/fd/{}'.format, os.listdir('/proc/self/fd')))",
        "with exprec.Experiment(verbose=False) as e: e.add_scalar('x', 1)\nbefore = pipes()",
        "for _ in range(3):\n    with exprec.Experiment(verbose=False) as e:\n        with exprec.Experiment(verbose=False) as inner: os.system('echo inner')\n        late = subprocess.Popen(['sh', '-c', 'read line; echo $line'], stdin=subprocess.PIPE, text=True)\n    late.communicate('late')",
        "assert at == {fd: os.readlink(f'/proc/self/fd/{fd}') for fd in (1, 2)}\nlimit = time.monotonic() + 10\nwhile pipes() > before: assert time.monotonic() < limit",
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in [line.split(" ")[0] for line in done.stdout.splitlines()], done.stdout
    assert sorted(shown(done, "stdout").splitlines()) == ["inner"] * 3 + ["late"] * 3
    outputs = [project.exprec("output", run["id"], "--stdout") for run in reversed(project.runs())]
    assert outputs == ["", *["inner\n", "inner\n"] * 3]


def test_forks_of_a_kernel(project) -> None:
    done = project.run(
        RUN,
        "import multiprocessing, os, sys, exprec\nfork = multiprocessing.get_context('fork')",
        "def work(i):\n    os.write(1, f'raw {i}\\n'.encode())\n    sys.stdout.write(f'python {i}\\n')\n    e.add_scalar(f'x/{i}', i)",
        "with exprec.Experiment() as e:\n    for i in range(3):\n        p = fork.Process(target=work, args=(i,)); p.start(); p.join()",
    )
    assert done.returncode == 0, done.stderr
    assert sorted(project.ended()["scalars"]) == ["x/0", "x/1", "x/2"]
    assert sorted(project.exprec("output", "@", "--stdout").splitlines()) == sorted(f"{word} {i}" for word in ("raw", "python") for i in range(3))


def test_ipython_at_a_terminal_is_no_notebook(project) -> None:
    project.write("import exprec\nwith exprec.Experiment() as e: print('hello')")
    done = subprocess.run([sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "train.py"], cwd=project.top, env={**project.environ, "IPYTHONDIR": str(project.top.parent / "ipython")}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "hello" in done.stdout, done.stderr
    run = project.ended()
    assert run["status"] == "succeeded" and run["files"] == []
    assert project.exprec("output", "@", "--stdout") == "hello\n"
