#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One truth, two engines: the C engine and SystemC give the same results of a scenario, byte for byte, every mode.

usage: engines.py TRAPLINE SCENARIO
"""
import difflib
import subprocess
import sys


def run(trapline, engine, scenario):
    done = subprocess.run([trapline, "run", "--json", "--engine", engine, scenario], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, done.stderr


def main(trapline, scenario):
    c, systemc = run(trapline, "c", scenario), run(trapline, "systemc", scenario)
    if not c[1]:
        print(c[2].decode())
        return 1
    for want, got in zip(c[1:], systemc[1:]):
        sys.stdout.writelines(difflib.unified_diff(want.decode().splitlines(True), got.decode().splitlines(True), "c",
                                                   "systemc"))
    if c[0] != systemc[0]:
        print(f"exit codes {c[0]} and {systemc[0]}")
    return 0 if c == systemc else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
