#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example and its page say the same: the page's first ```text block is all that the program prints, every ```cpp
block stands in the source line for line (indentation aside), and the source keeps within MAX_LINES.

usage: page_test.py PAGE SOURCE PROGRAM [ARGUMENT...]
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys

MAX_LINES = 200
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def stripped(text):
    return [line.strip() for line in text.splitlines()]


def contains(lines, part):
    return any(lines[i:i + len(part)] == part for i in range(len(lines) - len(part) + 1))


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    page, source, *command = arguments
    blocks = BLOCK.findall(pathlib.Path(page).read_text(encoding="utf-8"))
    code = pathlib.Path(source).read_text(encoding="utf-8")
    problems = []
    if code.count("\n") >= MAX_LINES:
        problems.append(f"{source} has {code.count(chr(10))} lines; an example has less than {MAX_LINES}")
    for language, body in blocks:
        if language == "cpp" and not contains(stripped(code), stripped(body)):
            problems.append(f"{page}: this is not in {source}:\n{body}")
    printed = next((body for language, body in blocks if language == "text"), None)
    if printed is None:
        problems.append(f"{page} has no ```text block")
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                         env={**os.environ, "SC_COPYRIGHT_MESSAGE": "DISABLE"})
    if run.returncode != 0 or run.stderr:
        problems.append(f"exit status {run.returncode}, stderr:\n{run.stderr}")
    if printed is not None and run.stdout != printed:
        problems.append("".join(difflib.unified_diff(printed.splitlines(True), run.stdout.splitlines(True), page,
                                                     command[0])))
    print("\n".join(problems) or "the page is what the program does")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
