#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs command-line cases and compares everything a user would see.

usage: run.py PROGRAM SOURCE_DIR [--update] [CASE...]

A case is a folder of cases/: `cmd` is a shell script that finds `trapline` in its PATH; `stdout`, `stderr`
and `exit` are what it must print and return (a missing file means nothing, and 0). Other files of the
folder are copied into the empty directory where the script runs. $SRC is the source tree.

In outputs the source tree becomes <SRC> and the version <VERSION>. --update writes the expectations.
"""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

EXPECTED = ("stdout", "stderr", "exit")
TIMEOUT = 100


def run_case(case, program, source):
    """What the script prints and returns, by name of the file that holds the expectation."""
    with tempfile.TemporaryDirectory() as tmp:
        scratch = pathlib.Path(tmp, "work")
        scratch.mkdir()
        for f in case.iterdir():
            if f.name not in EXPECTED and f.name != "cmd":
                shutil.copy(f, scratch / f.name)
        tools = pathlib.Path(tmp, "bin")
        tools.mkdir()
        (tools / "trapline").symlink_to(program)
        env = {
            "PATH": f"{tools}:{os.environ.get('PATH', '/usr/bin:/bin')}", "SRC": str(source), "LC_ALL": "C.UTF-8",
            "TERM": "xterm", "TRAPLINE_PROFILES": str(source / "profiles"),
        }
        # What sanitizers and coverage need passes through; nothing else of the caller's environment does.
        env.update({k: v for k, v in os.environ.items() if k.endswith("_OPTIONS") or k.startswith("LLVM_")
                    or k in ("LD_LIBRARY_PATH", "GCOV_PREFIX")})
        done = subprocess.run(["sh", "-u", str(case / "cmd")], cwd=scratch, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=TIMEOUT, check=False)
    version = re.search(r'TRAPLINE_VERSION "([^"]+)"|VERSION ([0-9]+\.[0-9]+\.[0-9]+)',
                        (source / "CMakeLists.txt").read_text())

    def clean(data):
        text = data.decode("utf-8", "replace").replace(str(source), "<SRC>")
        return text.replace(version.group(1) or version.group(2), "<VERSION>") if version else text

    return {"stdout": clean(done.stdout), "stderr": clean(done.stderr), "exit": f"{done.returncode}\n"}


def expectation(case, name):
    path = case / name
    return path.read_text() if path.exists() else ("0\n" if name == "exit" else "")


def store(case, name, text):
    path = case / name
    if text == ("0\n" if name == "exit" else ""):
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)


def main(argv):
    update = "--update" in argv
    args = [a for a in argv if a != "--update"]
    if len(args) < 2:
        print(__doc__)
        return 2
    program, source = pathlib.Path(args[0]).resolve(), pathlib.Path(args[1]).resolve()
    folder = pathlib.Path(__file__).resolve().parent / "cases"
    cases = [folder / name for name in args[2:]] or sorted(p for p in folder.iterdir() if (p / "cmd").exists())
    failed = 0
    for case in cases:
        got = run_case(case, program, source)
        wrong = [n for n in EXPECTED if got[n] != expectation(case, n)]
        if update:
            for name in wrong:
                store(case, name, got[name])
                print(f"updated {case.name}/{name}")
            continue
        for name in wrong:
            sys.stdout.writelines(difflib.unified_diff(
                expectation(case, name).splitlines(True), got[name].splitlines(True), f"{case.name}/{name}", "this run"))
        failed += bool(wrong)
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
