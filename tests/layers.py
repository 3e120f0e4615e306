#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layers point one way: each folder of lib/ may include the public headers of the layers above it in
LAYERS, its own, and its own private headers. Also: no source file is longer than MAX_LINES.

usage: layers.py ROOT | layers.py --self-test
"""
import pathlib
import re
import sys
import tempfile

# The house, from top to bottom. Layers of one row stand beside each other: neither may use the other.
LAYERS = [
    ["gic"],
    ["sim", "vectors"],
    ["irqbypass"],
    ["host"],
    ["vgic"],
    ["irqfd"],
    ["vfio"],
    ["devices"],
    ["machine"],
    ["trace", "scenario"],
]
RANK = {layer: rank for rank, row in enumerate(LAYERS) for layer in row}

# Public headers that are not named after their layer.
HEADER_LAYER = {"events.h": "sim", "events.def": "sim", "gicv2m.h": "gic"}
# Headers that belong to nobody.
COMMON = {"version.h"}
# Headers of other projects, and who may include them. Everybody may include the C library's.
FOREIGN = {"yaml.h": {"scenario"}}
C_LIBRARY = {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h",
    "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "time.h",
}
# POSIX is for those who read and write files.
POSIX_LAYERS = {"trace", "scenario"}

MAX_LINES = 700
SIZED = ["lib", "tools", "models"]
SOURCES = {".c", ".h", ".cpp", ".hpp"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of_header(name):
    """The layer that owns <trapline/NAME>: LAYER.h, LAYER_more.h or as told above; None if nobody is known to."""
    stem = re.split(r"[_.]", name)[0]
    return HEADER_LAYER.get(name) or (stem if stem in RANK else None)


def may_use(user, used):
    return user == used or RANK[used] < RANK[user]


def judge(path, layer, quote, name):
    """What is wrong with `layer` including `name`; None if nothing is."""
    if name.startswith("trapline/"):
        public = name[len("trapline/"):]
        if public in COMMON:
            return None
        owner = layer_of_header(public)
        if owner is None:
            return f"<{name}> belongs to no layer: enter it in tests/layers.py"
        if not may_use(layer, owner):
            return f"{layer} may not use {owner}"
        return None
    if quote == '"':
        if "/" in name or not (path.parent / name).is_file():
            return f'"{name}" is not a private header of {layer}'
        return None
    if name in C_LIBRARY or name in FOREIGN and layer in FOREIGN[name]:
        return None
    if name not in FOREIGN and layer in POSIX_LAYERS:
        return None
    return f"{layer} may not use <{name}>"


def check(root):
    problems = []

    def read(path):
        return path.read_text(encoding="utf-8", errors="replace")

    def includes(path, layer):
        text = read(path)
        for match in INCLUDE.finditer(text):
            wrong = judge(path, layer, match.group(1), match.group(2))
            if wrong:
                line = text.count("\n", 0, match.start(1)) + 1
                problems.append(f"{path.relative_to(root)}:{line}: {wrong}")

    for folder in sorted(p for p in (root / "lib").iterdir() if p.is_dir()):
        files = sorted(p for p in folder.rglob("*") if p.suffix in SOURCES | {".def"})
        if files and folder.name not in RANK:
            problems.append(f"lib/{folder.name}: not a layer of tests/layers.py")
            continue
        for path in files:
            includes(path, folder.name)

    for path in sorted((root / "include" / "trapline").glob("*")):
        if path.name in COMMON:
            continue
        layer = layer_of_header(path.name)
        if layer is None:
            problems.append(f"{path.relative_to(root)}: belongs to no layer of tests/layers.py")
        else:
            includes(path, layer)

    for top in SIZED:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCES and (lines := read(path).count("\n")) > MAX_LINES:
                problems.append(f"{path.relative_to(root)}: {lines} lines; a source file has at most {MAX_LINES}")
    return problems


def self_test():
    """Each tree of CASES has one file that is wrong, or none."""
    cases = [
        ({"lib/vgic/a.c": "#include <trapline/sim.h>\n#include <errno.h>\n"}, None),
        ({"lib/vgic/a.c": '#include "b.h"\n', "lib/vgic/b.h": ""}, None),
        ({"lib/machine/a.c": "#include <trapline/gic.h>\n#include <trapline/version.h>\n"}, None),
        ({"lib/scenario/a.c": "#include <yaml.h>\n#include <unistd.h>\n"}, None),
        ({"lib/sim/a.c": "#include <trapline/host.h>\n"}, "lib/sim/a.c:1: sim may not use host"),
        ({"lib/gic/a.c": "\n\n  #  include <trapline/events.h>\n"}, "lib/gic/a.c:3: gic may not use sim"),
        ({"lib/sim/a.c": '#include "trapline/vgic.h"\n'}, "sim may not use vgic"),
        ({"lib/host/a.c": '#include "../sim/heap.h"\n', "lib/sim/heap.h": ""}, "not a private header of host"),
        ({"lib/host/a.c": '#include "heap.h"\n', "lib/sim/heap.h": ""}, "not a private header of host"),
        ({"lib/trace/a.c": "#include <trapline/scenario.h>\n"}, "trace may not use scenario"),
        ({"lib/machine/a.c": "#include <yaml.h>\n"}, "machine may not use <yaml.h>"),
        ({"lib/machine/a.c": "#include <pthread.h>\n"}, "machine may not use <pthread.h>"),
        ({"lib/new/a.c": ""}, "lib/new: not a layer"),
        ({"include/trapline/gic.h": "#include <trapline/sim.h>\n"}, "include/trapline/gic.h:1: gic may not use sim"),
        ({"include/trapline/new.h": ""}, "belongs to no layer"),
        ({"lib/sim/a.c": "#include <trapline/gic_regs.h>\n", "include/trapline/gic_regs.h": ""}, None),
        ({"lib/vgic/a.c": "#include <trapline/new.h>\n"}, "belongs to no layer"),
        ({"lib/vgic/a.c": "\n" * MAX_LINES}, None),
        ({"lib/vgic/a.c": "\n" * (MAX_LINES + 1)}, "701 lines"),
        ({"tools/trapline/a.c": "\n" * (MAX_LINES + 1)}, "701 lines"),
        ({"tests/a.cpp": "\n" * (MAX_LINES + 1)}, None),
    ]
    failed = 0
    for files, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "lib").mkdir()
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            found = check(root)
        good = found == [] if expected is None else len(found) == 1 and expected in found[0]
        if not good:
            failed += 1
            print(f"{sorted(files)}: expected {expected!r}, found {found}")
    print(f"{len(cases) - failed} of {len(cases)} cases hold")
    return 1 if failed else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    problems = check(pathlib.Path(arguments[0]))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
