#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example of a documentation page: its first ```c or ```cpp block with a main() or sc_main(), and the ```text block after it.

usage: doc_example.py extract PAGE OUT     write the program (only if it has changed)
       doc_example.py run PAGE PROGRAM     run it and compare what it prints with the page
"""
import difflib
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def example(page):
    """The program and what it prints."""
    program = None
    for language, body in BLOCK.findall(pathlib.Path(page).read_text(encoding="utf-8")):
        if program is None and language in ("c", "cpp") and "main(" in body:
            program = body
        elif program is not None and language == "text":
            return program, body
    sys.exit(f"{page}: no ```c or ```cpp block with a main() followed by a ```text block")


def main(arguments):
    if len(arguments) != 3 or arguments[0] not in ("extract", "run"):
        print(__doc__, file=sys.stderr)
        return 2
    command, page, other = arguments
    program, printed = example(page)
    if command == "extract":
        out = pathlib.Path(other)
        if not out.exists() or out.read_text(encoding="utf-8") != program:
            out.write_text(program, encoding="utf-8")
        return 0
    run = subprocess.run([other], stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode == 0 and run.stdout == printed:
        return 0
    print(f"exit status {run.returncode}")
    sys.stdout.writelines(difflib.unified_diff(printed.splitlines(True), run.stdout.splitlines(True), page, other))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
