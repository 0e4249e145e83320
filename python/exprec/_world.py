"""Who and where this process is, in the words of a journal's header."""

from __future__ import annotations

import os


def here() -> dict[str, str]:
    """Give host, machine, boot and pid namespace; unknown ones are empty."""
    return {
        "host": os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", ""),
        "machine_id": _machine_id(),
        "boot_id": _first_line("/proc/sys/kernel/random/boot_id"),
        "pid_namespace": _link("/proc/self/ns/pid"),
    }


def rank() -> int:
    """Give this process's place in a distributed job, 0 where there is none."""
    for name in ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"):
        try:
            number = int(os.environ[name])
        except (KeyError, ValueError):
            continue
        if number > 0:
            return number
    return 0


def process_start(pid: int) -> int:
    """Give when a process started, in clock ticks since the boot; 0 unknown."""
    line = _first_line(f"/proc/{pid}/stat")
    # Field 2, the name, is in parentheses and may hold any byte.
    fields = line[line.rfind(")") + 1 :].split()
    try:
        return int(fields[19])
    except (IndexError, ValueError):
        return 0


def _machine_id() -> str:
    """Derive an id from the machine's own one, which is to stay confidential."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        secret = _first_line(path)
        if secret:
            import hmac

            return hmac.new(secret.encode(), b"exprec machine id", "sha256").hexdigest()[:32]
    return ""


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.readline().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except (OSError, AttributeError):
        return ""
