"""Notebooks that a real kernel executes."""

from __future__ import annotations

import json
import subprocess
import sys

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


def test_ipython_at_a_terminal_is_no_notebook(project) -> None:
    project.write("import exprec\nwith exprec.Experiment() as e: print('hello')")
    done = subprocess.run([sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "train.py"], cwd=project.top, env={**project.environ, "IPYTHONDIR": str(project.top.parent / "ipython")}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "hello" in done.stdout, done.stderr
    run = project.ended()
    assert run["status"] == "succeeded" and run["files"] == []
    assert project.exprec("output", "@", "--stdout") == "hello\n"
