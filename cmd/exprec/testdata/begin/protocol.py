# The protocol of recorder/FORMAT.md, "Other languages", by hand.
import fcntl, json, os, secrets, signal, struct, subprocess, sys, time

started = time.time()


class Run:
    def __init__(self, *words):
        self.saved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100) for fd in (1, 2)]
        command = ["exprec", "begin", "--json", "--stdout", str(self.saved[0]), *words]
        answer = subprocess.run(command, stdout=subprocess.PIPE, pass_fds=self.saved[:1], check=True).stdout
        self.__dict__.update(json.loads(answer))
        if not self.__dict__.get("off"):
            os.environ["EXPREC_RUN"], os.environ["EXPREC_DIR"] = self.id, self.dir
            self.journal()

    def journal(self):
        name = "%s/journal/%s.jsonl" % (self.dir, secrets.token_hex(8))
        self.file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        born = int(open("/proc/self/stat").read().rpartition(")")[2].split()[19])
        self.write(exprec=1, run=self.id, start=time.time_ns(), pid=os.getpid(), process_start=born, **self.world)

    def write(self, **line):
        os.write(self.file, json.dumps(line).encode() + b"\n")

    def take(self):
        for fd, name in (1, "stdout"), (2, "stderr"):
            fifo = os.open(self.dir + "/" + name, os.O_WRONLY)
            os.dup2(fifo, fd)
            os.close(fifo)
        return self

    def give(self):
        sys.stdout.flush()
        for fd, saved in enumerate(self.saved, 1):
            os.dup2(saved, fd)

    def lock(self):
        self.locked = os.open(self.dir + "/lock", os.O_RDWR)
        fcntl.fcntl(self.locked, 37, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))  # F_OFD_SETLK

    def finish(self, word="finish"):
        self.give()
        before = time.time()
        control = os.open(self.dir + "/control", os.O_WRONLY | os.O_NONBLOCK)
        os.write(control, word.encode() + b"\n")
        while os.path.exists(self.dir + "/control") and time.time() < before + 15:
            time.sleep(0.001)
        return time.time() - before


def succeed(run):
    run.write(end={"status": "succeeded", "exit": 0})
    return run.finish()
