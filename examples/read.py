#!/usr/bin/env python3
"""Prints a run's parameters and the last points of its scalars with nothing
but git and msgpack: python3 examples/read.py RUN, where RUN is the beginning
of an id below refs/exprec/. recorder/FORMAT.md describes what is read here."""
import struct
import subprocess
import sys

import msgpack


def git(*arguments):
    return subprocess.run(("git", *arguments), check=True, stdout=subprocess.PIPE).stdout


def varints(data):  # signed numbers: seven bits a byte, the lowest bit is the sign
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number >> 1 ^ -(number & 1)
            number = shift = 0


def points(column):  # steps are differences of differences, values may be shuffled
    step = delta = 0
    n, raw = column["n"], column["values"]
    if column["enc"] == "shuf":
        raw = bytes(raw[i % 8 * n + i // 8] for i in range(8 * n))
    for change, value in zip(varints(column["steps"]), struct.unpack(f"<{n}d", raw)):
        delta += change
        step += delta
        yield step, value


names = git("for-each-ref", "--format=%(refname)", "refs/exprec").decode().split()
ref = next(name for name in names if name.startswith("refs/exprec/" + sys.argv[1]))
files = git("ls-tree", "-r", "--name-only", ref + ":").decode().splitlines()
if "params.msgpack" in files:
    for name, value in msgpack.unpackb(git("cat-file", "blob", ref + ":params.msgpack")).items():
        print(f"{name} = {value}")
scalars = {}
for file in files:
    if file.startswith("scalars/"):
        for column in msgpack.unpackb(git("cat-file", "blob", f"{ref}:{file}"))["series"]:
            scalars.setdefault(column["name"], []).extend(points(column))
for name, all in scalars.items():
    print(f"{name}: {len(all)} points, the last at step {all[-1][0]}: {all[-1][1]:g}")
