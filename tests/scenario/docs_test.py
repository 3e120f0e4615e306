#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the key tables of the documentation with the decoder's tables, so that they cannot drift.

usage: docs_test.py SOURCE_DIR [--update]

A page holds `<!-- keys: NAME -->`, a table, `<!-- end -->`; NAME is the array NAME_fields in the source.
"""
import pathlib
import re
import sys

PAGES = {"docs/scenario-format.md": "lib/scenario/tables.c", "docs/cost-profiles.md": "lib/scenario/profile.c"}
KINDS = {
    "TEXT": "text", "NAME": "name", "UINT": "number", "BOOL": "true or false", "CHOICE": "choice",
    "DURATION": "duration", "RATE": "frequency", "MAP": "mapping", "LIST": "list", "TEXTS": "list of texts",
    "NODE": "see below",
}
BLOCK = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- end -->)", re.S)


def strip_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def text_of(entry, name):
    """A string member of an initializer, adjacent literals joined; None if it is not there."""
    found = re.search(rf"\.{name} = ((?:\"(?:[^\"\\]|\\.)*\"\s*)+)", entry)
    return "".join(re.findall(r"\"((?:[^\"\\]|\\.)*)\"", found.group(1))).replace('\\"', '"') if found else None


def word_of(entry, name):
    found = re.search(rf"\.{name} = (?:UINT64_C\()?([\w\s|-]+)", entry)
    return found.group(1).strip() if found else None


def constants(root):
    names = dict.fromkeys(("MACHINE_NAME_MAX", "MACHINE_MAX_DEVICES", "VGIC_MAX_VCPUS"))
    headers = "".join((root / "include/trapline" / h).read_text() for h in ("machine.h", "vgic.h"))
    for name in names:
        names[name] = int(re.search(rf"#define {name}\s+(\d+)u", headers).group(1))
    return names


def value(word, names):
    """A constant expression of the tables as a number."""
    return eval(word, {"__builtins__": {}}, names) if word else None  # pylint: disable=eval-used


def row(entry, source, names):
    kind = re.search(r"\.kind = FIELD_(\w+)", entry).group(1)
    flags, default = word_of(entry, "flags") or "", text_of(entry, "def")
    choices = word_of(entry, "choices")
    low, high = value(word_of(entry, "min"), names), value(word_of(entry, "max"), names)
    what = KINDS[kind]
    if choices:
        words = re.search(rf"{choices}\[\] = \{{(.*?)NULL", source, re.S).group(1)
        what = ", ".join(f"`{w}`" for w in re.findall(r'"([^"]*)"', words))
    elif kind == "UINT" and low and low == high:
        what = f"`{low}`"
    elif kind == "UINT" and (low or high):
        what = f"number, {low or 0} to {high}" if high else f"number from {low}"
    elif kind in ("LIST", "TEXTS") and high:
        what += f", {low or 0} to {high}"
    elif kind in ("TEXT", "NAME") and high:
        what += f", at most {high} characters"
    given = "required" if "FIELD_REQUIRED" in flags else f"`{default}`" if default else ""
    return f"| `{text_of(entry, 'key')}` | {what} | {given} | {text_of(entry, 'doc')} |"


def table(source, name, names):
    body = re.search(rf"struct field {name}_fields\[\] = \{{(.*?)\n\}};", source, re.S)
    if not body:
        sys.exit(f"there is no table '{name}'")
    entries = re.findall(r"\{\s*\.key = .*?\}(?=,|\s*$)", body.group(1), re.S)
    if not entries:
        sys.exit(f"the table '{name}' has no entries that could be read")
    rows = [row(e, source, names) for e in entries]
    return "\n".join(["| key | value | default | meaning |", "|---|---|---|---|", *rows]) + "\n"


def main(argv):
    update = "--update" in argv
    root = pathlib.Path([a for a in argv if a != "--update"][0])
    names, bad = constants(root), 0
    for page, code in PAGES.items():
        source = strip_comments((root / code).read_text())
        source = re.sub(r"sizeof\(\(struct sim_price \*\)0\)->source", "160", source)
        old = (root / page).read_text()
        new = BLOCK.sub(lambda m: m.group(1) + table(source, m.group(2), names) + m.group(3), old)
        if new != old and update:
            (root / page).write_text(new)
            print(f"updated {page}")
        elif new != old:
            print(f"{page} differs from {code}; docs_test.py SOURCE_DIR --update writes it")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
