#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the program and compares what it writes to the UART with the page; a second run has to be the same to the
last instruction.

usage: firmware_test.py FIRMWARE PROGRAM.bin CORES QUANTUM_NS PAGE.md
"""
import difflib
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def expected(page, cores):
    """The page has the output of one core and of two; of more cores only the first line differs."""
    shown = 1 if cores == 1 else 2
    for block in BLOCK.findall(pathlib.Path(page).read_text(encoding="utf-8")):
        if re.match(rf"GIC .*, {shown} cores?\n", block):
            return re.sub(r"\d+ cores\n", f"{cores} cores\n", block, count=1)
    sys.exit(f"{page}: no ```text block with the output of {shown} core(s)")


def main(arguments):
    if len(arguments) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    firmware, program, cores, quantum, page = arguments

    def run():
        return subprocess.run([firmware, program, cores, quantum], capture_output=True, text=True, check=False)

    first, second = run(), run()
    wanted = expected(page, int(cores))
    sys.stdout.write(first.stderr)
    if first.returncode != 0 or first.stdout != wanted:
        print(f"exit code {first.returncode}")
        sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), first.stdout.splitlines(True), page, "run"))
        return 1
    if (first.stdout, first.stderr) != (second.stdout, second.stderr):
        print(f"the second run differs:\n{second.stderr}{second.stdout}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
