# What a program does that records itself, by the name of its run.
from protocol import *


def finish():
    run = Run("--name", "finish", "--title", "A title", "--tag", "a", "--group", "g", "--steps", "3", "--", "train", "--lr", "1").take()
    run.write(t=1, params={"lr": 0.1, "nested": {"a": [1, 2.5, float("nan")]}, "password": "hush"})
    run.write(t=2, scalars={"loss": 0.5, "bad": float("inf")}, s=1)
    run.write(t=3, scalar="loss", v=0.25, s=2)
    run.write(t=4, result="acc", v=0.9)
    run.write(t=5, goal="loss", v="min")
    run.write(t=6, warning="a remark")
    run.write(t=7, facts={"runtime": "Python 3"})
    run.write(t=8, nonsense=[])
    os.write(run.file, b"no line\n")
    os.makedirs(run.dir + "/files")
    open(run.dir + "/files/model.bin", "w").write("model")
    os.makedirs(run.dir + "/images/p")
    open(run.dir + "/images/p/3.png", "w").write("png")
    run.write(t=9, image="p", s=3, file="p/3.png", w=1, h=1, size=3)
    print("on stdout", flush=True)
    os.write(2, b"on stderr\n")
    took = succeed(run)
    print("given back", os.path.exists(run.dir + "/stdout"), took < 5)


def exit3():
    Run("--name", "exit3").take()
    print("last words", file=sys.stderr)
    sys.exit(3)


def raises():
    Run("--name", "raises").take()
    raise ValueError("no such colour")


def told():
    run = Run("--name", "told").take()
    print("it broke", file=sys.stderr, flush=True)
    run.finish("finish 4")
    os._exit(4)


def killed():
    run = Run("--name", "killed").take()
    for step in range(5):
        run.write(scalar="x", v=step, s=step)
    os.write(run.file, b'{"scalar": "x", "v": 9')
    print("alive", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def terminated():
    Run("--name", "terminated").take()
    os.kill(os.getpid(), signal.SIGTERM)


def orphan():
    run = Run("--name", "orphan").take()
    run.write(scalar="x", v=1)
    print("before", flush=True)
    time.sleep(0.3)
    os.kill(run.supervisor, signal.SIGKILL)
    time.sleep(0.3)
    print("after", flush=True)
    os.system("exprec recover >/dev/null; exprec list orphan | tail -1 | grep -o running")
    run.write(scalar="x", v=2)
    run.write(end={"status": "succeeded"})
    run.give()
    os.system("exprec end --pid %d" % os.getpid())


def bothkilled():
    run = Run("--name", "bothkilled").take()
    run.write(scalar="x", v=1)
    print("before", flush=True)
    time.sleep(0.3)
    os.kill(run.supervisor, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def fast():
    run = Run("--name", "fast")
    for step in range(20000):
        run.write(t=1e3 * (time.time() - started), scalars={"a": step, "b": -step}, s=step)
    succeed(run)


def fork():
    run = Run("--name", "fork").take()
    for rank in 1, 2:
        if os.fork() == 0:
            run.journal()
            run.write(scalar="rank%d" % rank, v=rank)
            os.write(1, b"child\n")
            run.write(end={"status": "succeeded"})
            os._exit(0)
    os.wait(), os.wait()
    run.write(scalar="rank0", v=0)
    succeed(run)


def joined():
    run = Run("--name", "joined").take()
    inner = "from protocol import *; r = Run(); r.write(scalar='inner', v=int(r.joined)); r.write(end={'status': 'succeeded'})"
    subprocess.run([sys.executable, "-c", inner], check=True)
    run.write(scalar="outer", v=1)
    succeed(run)


def locked():
    run = Run("--name", "locked").take()
    if os.fork() == 0:
        run.journal()
        run.lock()
        time.sleep(1.5)
        run.write(scalar="late", v=1)
        run.write(end={"status": "succeeded"})
        os._exit(0)
    time.sleep(0.3)
    took = succeed(run)
    print("waited", took > 1)
    os.wait()


def unopened():
    Run("--name", "unopened")


def children():
    run = Run("--name", "children").take()
    subprocess.Popen(["sh", "-c", "sleep 3; echo late"])
    print("early", flush=True)
    succeed(run)


def order():
    run = Run("--name", "order").take()
    for n in range(200):
        os.write(1 + n % 2, b"%d\n" % n)
    succeed(run)


def deaf():
    Run("--name", "deaf").take()
    os.write(1, b"x" * 100000)


def beyond():
    run = Run("--name", "beyond", "--quiet")
    run.write(scalar="x", v=1, s=1)
    run.finish()
    os.system("exprec list beyond | tail -1 | grep -o succeeded")
    run.write(scalar="x", v=2, s=2)


def crowd():
    run = Run("--name", "crowd", "--quiet").take()
    ready, locked = os.pipe()
    for n in range(8):
        if os.fork() == 0:
            run.journal()
            run.lock()
            os.write(locked, b"x")
            for step in range(500):
                run.write(scalar="worker%d" % n, v=step, s=step)
            os._exit(0)
        os.read(ready, 1)
    succeed(run)


def plain():
    run = Run("--name", "plain", "--no-output", "--no-source", "--quiet")
    print(run.output, os.path.exists(run.dir + "/stdout"))
    succeed(run)


def again():
    run = Run("--name", "again", "--quiet")
    succeed(run)
    second = Run("--name", "again2", "--quiet")
    print(second.id != run.id, second.__dict__.get("joined", False))
    succeed(second)


globals()[sys.argv[1]]()
