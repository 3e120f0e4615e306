#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Relative links of the README and of docs/ lead to files that exist.

usage: links_test.py SOURCE_DIR
"""
import pathlib
import re
import sys


def main(source):
    source = pathlib.Path(source)
    broken = []
    pages = [source / "README.md", *sorted((source / "docs").glob("*.md"))]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(source)}: {target}")
    print("\n".join(broken) if broken else f"{len(pages)} pages, all links lead somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
