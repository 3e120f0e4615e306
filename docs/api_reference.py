#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API reference: Doxygen's pages of the public headers, made from the comments as they stand.

usage: api_reference.py SOURCE_DIR OUTPUT_DIR    write OUTPUT_DIR/html; a warning, or a function that
                                                 no comment describes, is an error
       api_reference.py --filter HEADER          the header as Doxygen is to read it (its INPUT_FILTER)
       api_reference.py --self-test

The headers have plain comments. The filter turns those that describe something into documentation comments: one in
front of a declaration describes what follows, one behind code on the same line describes that line, the first
one after the licence describes the file; one in front of several functions describes all of them. Headings (/* ---- ... */) stay as they are.
"""
import pathlib
import re
import subprocess
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPECIAL = re.compile(r"[\\@#%&<>]")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "\\\\", "@": "\\@", "#": "\\#", "%": "\\%"}
TITLE = re.compile(r"\s*\*?\s*trapline/\S+ - ")


def escaped(text):
    return SPECIAL.sub(lambda m: ESCAPES[m.group()], text)


def body_of(comment):
    """The text of a comment, escaped line by line; lines that are indented by four more become code."""
    out, in_code = [], False
    lines = comment[2:-2].split("\n")
    for number, line in enumerate(lines):
        match = re.match(r"(\s*\*)( {5,}\S.*)$", line)
        blank = not line.strip(" *")
        if match and not in_code:
            out.append(match.group(1) + " @code{.c}")
            in_code = True
        elif in_code and not match and (not blank or not any(re.match(r"\s*\* {5,}\S", l) for l in lines[number:])):
            out.append(re.match(r"\s*", line).group() + "* @endcode")
            in_code = False
        out.append(line if in_code else escaped(line))
    return "\n".join(out)


def kind_of(text, start, end):
    """What a comment is: "behind" code, "front" of it, or None."""
    before = text[text.rfind("\n", 0, start) + 1:start]
    after = text[end:text.find("\n", end) if "\n" in text[end:] else len(text)]
    if after.strip():
        return None
    if before.strip():
        return "behind"
    following = text[end:].split("\n")[1:2]
    if not following or not following[0].strip() or re.match(r"\s*#\s*(?!define)", following[0]):
        return None
    return "front"


def group_end(text, at):
    """Where the declarations end that one comment, which ends at `at`, stands in front of; 0 if they are one."""
    end = re.compile(r"\n[ \t]*(?=\n|/\*|#|\})").search(text, at + 1)
    stop = end.start() if end else len(text)
    return stop if text.count("TRAPLINE_API", at, stop) > 1 else 0


def filtered(text):
    """A header as Doxygen is to read it, every line where it was."""
    out, at, described, group = [], 0, False, 0
    for comment in COMMENT.finditer(text):
        words, mark = comment.group(), None
        kind = kind_of(text, comment.start(), comment.end())
        if "SPDX" in words or words.startswith("/* ---"):
            pass
        elif not described and TITLE.match(words[2:].lstrip("\n")):
            mark, described = "/** @file\n", True
        elif kind == "behind":
            mark = "/**<"
        elif kind == "front":
            mark = "/**"
        if group and group <= comment.start():
            out += [text[at:group], "/**@}*/"]
            at, group = group, 0
        out.append(text[at:comment.start()])
        if kind == "front" and mark and group_end(text, comment.end()):
            group = group_end(text, comment.end())
            out.append("/**@{*/")
        out.append(words if mark is None else mark + body_of(words) + "*/")
        at = comment.end()
    if group:
        out += [text[at:group], "/**@}*/"]
        at = group
    return "".join(out) + text[at:]


def version(source):
    return re.search(r"project\(trapline VERSION ([0-9.]+)", (source / "CMakeLists.txt").read_text()).group(1)


def doxygen(source, output, more=""):
    """Runs Doxygen; what it says."""
    settings = (source / "docs/Doxyfile").read_text(encoding="utf-8") + f"""
PROJECT_NUMBER = {version(source)}
OUTPUT_DIRECTORY = "{output}"
STRIP_FROM_PATH = "{source}/include"
STRIP_FROM_INC_PATH = "{source}/include"
INPUT = "{source}/include/trapline" "{source}/docs/api.dox"
INCLUDE_PATH = "{source}/include"
INPUT_FILTER = "{sys.executable} {source}/docs/api_reference.py --filter"
{more}
"""
    run = subprocess.run(["doxygen", "-"], input=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    return run.returncode, run.stdout


def generate(source, output):
    output.mkdir(parents=True, exist_ok=True)
    # What is not described: only functions have to be.
    _, said = doxygen(source, output, "EXTRACT_ALL = NO\nGENERATE_HTML = NO\nWARN_AS_ERROR = NO\n")
    undescribed = [line for line in said.splitlines() if "(function)" in line and "is not documented" in line]
    code, said = doxygen(source, output)
    sys.stdout.write("".join(line + "\n" for line in undescribed) + said)
    return 1 if code or undescribed or "warning:" in said else 0


def self_test():
    cases = [
        ("/* What f does. */\nint f(void);\n", "/** What f does. */\nint f(void);\n"),
        ("int a; /* below 5 % <b> */\n", "int a; /**< below 5 \\% &lt;b&gt; */\n"),
        ("/* ---- part ---- */\nint a;\n", "/* ---- part ---- */\nint a;\n"),
        ("/* SPDX-License-Identifier: X */\nint a;\n", "/* SPDX-License-Identifier: X */\nint a;\n"),
        ("int f(int a /* b */, int c);\n", "int f(int a /* b */, int c);\n"),
        ("/* of both */\nTRAPLINE_API int f(void);\nTRAPLINE_API int g(void);\n\nint h;\n",
         "/**@{*//** of both */\nTRAPLINE_API int f(void);\nTRAPLINE_API int g(void);/**@}*/\n\nint h;\n"),
        ("/* guard */\n#endif\n", "/* guard */\n#endif\n"),
        ("/* of X */\n#define X 1\n", "/** of X */\n#define X 1\n"),
        ("/* alone */\n\nint a;\n", "/* alone */\n\nint a;\n"),
        ("/*\n * trapline/a.h - what\n */\n#ifndef A\n", "/** @file\n\n * trapline/a.h - what\n */\n#ifndef A\n"),
        ("/*\n * So:\n *\n *     a < b;\n *\n * Done.\n */\nint a;\n",
         "/**\n * So:\n *\n * @code{.c}\n *     a < b;\n * @endcode\n *\n * Done.\n */\nint a;\n"),
    ]
    failed = [(text, filtered(text)) for text, want in cases if filtered(text) != want]
    for text, got in failed:
        print(f"{text!r} became {got!r}")
    print(f"{len(cases) - len(failed)} of {len(cases)} cases hold")
    return 1 if failed else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) == 2 and arguments[0] == "--filter":
        sys.stdout.write(filtered(pathlib.Path(arguments[1]).read_text(encoding="utf-8"))
                         if arguments[1].endswith((".h", ".def")) else pathlib.Path(arguments[1]).read_text())
        return 0
    if len(arguments) == 2 and not arguments[0].startswith("-"):
        return generate(pathlib.Path(arguments[0]).resolve(), pathlib.Path(arguments[1]).resolve())
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
