"""Real kernels that are restarted, shut down, interrupted and killed."""

from __future__ import annotations

import json

import nbformat
import pytest

DRIVER = """
    import os, signal, sys, time
    from jupyter_client import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()

    def connect():
        global client
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)

    def cell(code):
        client.execute_interactive(code, timeout=60, output_hook=lambda message: None)

    def begun(code, sign):
        # Begin a cell that goes on and on, and wait for its sign.
        client.execute(code)
        limit = time.monotonic() + 60
        while not os.path.exists(sign):
            assert time.monotonic() < limit
            time.sleep(0.01)

    connect()
    pid = manager.provisioner.pid
    cell("import exprec, time")
    cell("experiment = exprec.start(title='first')")
    cell("for step in range(100): experiment.add_scalar('loss', step / 100, step)\\nprint('trained')")
    {act}
    if manager.is_alive():
        manager.shutdown_kernel(now=True)
"""
LOOP = "begun(\"open('../sign', 'x')\\nfor step in range(100, 10**9): experiment.add_scalar('loss', 1, 100)\", '../sign')"


def cells(project, reference: str = "@") -> list[str]:
    """The cells of a run, alike as script and as notebook."""
    document = nbformat.reads(project.exprec("cat", reference, "notebook/notebook.ipynb"), as_version=4)
    nbformat.validate(document)
    sources = [cell.source for cell in document.cells]
    script = project.exprec("cat", reference, "notebook/notebook.py")
    compile(script, "notebook.py", "exec")
    for source in sources:
        assert source in script
    return sources


@pytest.mark.parametrize(
    ("act", "status"),
    [
        ("manager.restart_kernel(); connect()", "stopped"),
        ("manager.shutdown_kernel()", "stopped"),
        ("manager.interrupt_kernel(); cell('1'); manager.shutdown_kernel()", "stopped"),
        (LOOP + "; manager.restart_kernel(); connect()", "stopped"),
        (LOOP + "; manager.interrupt_kernel(); cell('1'); manager.shutdown_kernel()", "stopped"),
        (LOOP + "; os.kill(pid, signal.SIGTERM)", "stopped"),
        ("os.kill(pid, signal.SIGKILL)", "lost"),
        (LOOP + "; os.kill(pid, signal.SIGKILL)", "lost"),
        ("manager.restart_kernel(now=True); connect()", "lost"),
    ],
    ids=["restart", "shutdown", "interrupt", "restart in a cell", "interrupt in a cell", "SIGTERM", "SIGKILL", "SIGKILL in a cell", "restart now"],
)
def test_the_end_of_a_kernel_is_the_end_of_its_run(project, act: str, status: str) -> None:
    done = project.run(DRIVER.format(act=act))
    assert done.returncode == 0, done.stderr
    run = project.ended()
    assert (run["title"], run["status"], run["warnings"]) == ("first", status, [])
    assert project.points("loss")[:100] == [(step, step / 100) for step in range(100)]
    assert project.exprec("output", "@", "--stdout") == "trained\n"
    sources = cells(project)
    assert sources[:2] == ["import exprec, time", "experiment = exprec.start(title='first')"]
    assert sources[2].startswith("for step in range(100): ")
    if act.startswith(LOOP):
        assert sources[3].startswith("open('../sign', 'x')\nfor step in range(100, 10**9):")


def test_after_a_restart_the_next_run_has_its_own_cells(project) -> None:
    done = project.run(DRIVER.format(act="""manager.restart_kernel(); connect()
    cell("import exprec")
    cell("with exprec.Experiment(name='second') as e: e.add_scalar('loss', 2, 2); print('again')")"""))
    assert done.returncode == 0, done.stderr
    assert project.ended("first")["status"] == "stopped"
    assert project.ended("second")["status"] == "succeeded"
    assert project.points("loss", "second") == [(2, 2.0)] and len(project.points("loss", "first")) == 100
    assert cells(project, "second")[0] == "import exprec"
    assert project.exprec("output", "second", "--stdout") == "again\n"
    assert json.loads(project.exprec("cat", "first", "notebook/notebook.ipynb"))["nbformat"] == 4
