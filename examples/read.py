#!/usr/bin/env python3
"""Prints a run's parameters, results and the last points of its scalars with
nothing but git and msgpack: python3 examples/read.py RUN, where RUN is the
beginning of an id below refs/exprec/. recorder/FORMAT.md describes the files."""
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
    step = difference = 0
    n = column.get("n", 0)
    raw = column.get("values", b"")
    if column["enc"] == "shuf":
        raw = b"".join(bytes(value) for value in zip(*(raw[i * n:(i + 1) * n] for i in range(8))))
    for change, value in zip(varints(column.get("steps", b"")), struct.unpack(f"<{n}d", raw)):
        difference += change
        step += difference
        yield (step + 2**63) % 2**64 - 2**63, value  # sums wrap around at 64 bits


names = git("for-each-ref", "--format=%(refname)", "refs/exprec/").decode().split()
ref = next((name for name in names if name.startswith("refs/exprec/" + sys.argv[1])), None) or sys.exit("no such run")
files = git("ls-tree", "-r", "--name-only", ref, "params.msgpack", "scalars/").decode().split()
read = {file: msgpack.unpackb(git("cat-file", "blob", f"{ref}:{file}")) for file in ["run.msgpack", *files]}
for name, value in read.get("params.msgpack", {}).items():
    print(f"{name} = {value}")
for result in read["run.msgpack"].get("results", []):
    print(f"{result['name']}: {result.get('value', 0.0):g}")
scalars = {}
for file in files:
    for column in read[file]["series"] if file.startswith("scalars/") else []:
        scalars.setdefault(column["name"], []).extend(points(column))
for name, all in scalars.items():
    print(f"{name}: {len(all)} points, the last:", ", ".join(f"{value:g} at step {step}" for step, value in all[-3:]))
