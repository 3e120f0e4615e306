#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The ```text block of the README is what `./dev run` prints.

usage: readme_test.py SOURCE_DIR TRAPLINE
"""
import difflib
import pathlib
import re
import subprocess
import sys


def main(source, trapline):
    source = pathlib.Path(source)
    block = re.search(r"^```text\n(.*?)^```$", (source / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    if not block:
        sys.exit("README.md has no ```text block")
    run = subprocess.run([trapline, "run", str(source / "scenarios/vfio-platform-direct-eoi.yaml")],
                         stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode == 0 and run.stdout == block.group(1):
        return 0
    print(f"exit status {run.returncode}")
    sys.stdout.writelines(difflib.unified_diff(block.group(1).splitlines(True), run.stdout.splitlines(True),
                                               "README.md", "trapline run"))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
