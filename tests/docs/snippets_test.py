#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every ```c and ```cpp block of a page compiles: each is a whole file or some functions.

usage: snippets_test.py SOURCE_DIR PAGE CC CXX
"""
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```(c|cpp)\n(.*?)^```$", re.M | re.S)
HEAD = {
    "c": "#include <stdlib.h>\n#include <trapline/gic.h>\n#include <trapline/gic_regs.h>\n",
    "cpp": "#include <memory>\n#include <trapline/gic.h>\n",
}


def main(source, page, *compilers):
    source = pathlib.Path(source)
    text = (source / page).read_text(encoding="utf-8")
    failed, blocks = 0, 0
    for match in BLOCK.finditer(text):
        language, body = match.groups()
        blocks += 1
        line = text.count("\n", 0, match.start(2)) + 1
        code = ("" if "#include" in body else HEAD[language]) + f'#line {line} "{page}"\n' + body
        command = [compilers[language == "cpp"], f"-std={'c11' if language == 'c' else 'c++17'}", "-Wall", "-Wextra", "-Werror",
                   "-I", str(source / "include"), "-x", "c" if language == "c" else "c++", "-fsyntax-only", "-"]
        done = subprocess.run(command, input=code, text=True, capture_output=True, check=False)
        failed += done.returncode != 0
        print(done.stderr, end="")
    print(f"{blocks} blocks, {failed} failed")
    return 1 if failed or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 5 else __doc__)
