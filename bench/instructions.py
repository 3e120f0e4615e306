#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions per unit of work on lib/gic, counted by callgrind: the same in every run of one program.

usage: instructions.py PROGRAM [--json FILE]

Prints a row for each work and way (fixed or rotating SPI), a column for each size of GIC (SPIs x CPUs), and the
largest figure divided by that of the smallest GIC. The loop around the units is taken off. Returns 1 if a figure
breaks the limit that stands beside it in LIMITS.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# Work may cost this many times what it costs on the smallest GIC.
LIMITS = {"physical_cycle": 1.05, "physical_cycle_quiet": 1.05, "forwarded_cycle": 1.05, "idle_iar": 1.05}
SIZES = [(spis, cpus) for spis in (64, 256, 988) for cpus in (1, 8)]


def measure(program):
    """{(work, rotating): {(spis, cpus): instructions of a unit}}"""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "dump")
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={out}", program],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if run.returncode:
            sys.exit(f"{program} under callgrind returned {run.returncode}:\n{run.stdout}")
        for dump in pathlib.Path(folder).iterdir():
            text = dump.read_text(encoding="utf-8", errors="replace")
            title = re.search(r"^desc: Trigger: Client Request: (\S+) (\d+) (\d+) ([01]) (\d+)$", text, re.M)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
            if title and total:
                work, spis, cpus, rotating, units = title.groups()
                row = figures.setdefault((work, int(rotating)), {})
                row[int(spis), int(cpus)] = int(total.group(1)) / int(units)
    if ("nothing", 0) not in figures or len(figures) < 5:
        sys.exit(f"callgrind wrote no figures:\n{run.stdout}")
    return figures


def without_loop(figures):
    """The same without what `nothing` costs in the same place."""
    return {(work, way): {size: value - figures["nothing", way][size] if work != "drain_32" else value
                          for size, value in row.items()}
            for (work, way), row in figures.items() if work != "nothing"}


def main(arguments):
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--json"):
        print(__doc__, file=sys.stderr)
        return 2
    figures = without_loop(measure(arguments[0]))
    broken, document = [], []
    print(f"{'instructions per unit':34}" + "".join(f"{f'{s}x{c}':>8}" for s, c in SIZES) + f"{'ratio':>8}{'limit':>7}")
    for (work, way), row in sorted(figures.items()):
        ratio, limit = max(row.values()) / row[SIZES[0]], LIMITS.get(work)
        name = work + (", rotating" if way else "")
        print(f"{name:34}" + "".join(f"{row[size]:8.1f}" for size in SIZES) + f"{ratio:8.3f}" +
              (f"{limit:7.2f}" if limit else ""))
        document.append({"work": work, "rotating": bool(way), "ratio": round(ratio, 4), "limit": limit,
                         "instructions": {f"{s}x{c}": round(row[s, c], 2) for s, c in SIZES}})
        if limit and ratio > limit:
            broken.append(f"{name}: {ratio:.3f} times the smallest GIC's, more than {limit}")
    if len(arguments) == 3:
        pathlib.Path(arguments[2]).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print("\n".join(broken), end="\n" if broken else "")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
