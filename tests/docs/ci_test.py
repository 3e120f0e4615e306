#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every command of docs/compare-in-ci.md, in the order of the page, in an empty directory.

usage: ci_test.py SOURCE_DIR TRAPLINE

```sh blocks are run as they are. Of the ```yaml blocks, `run:` steps are run as a GitHub runner does and script items
as GitLab does; there, installing packages is left out and the project is built for real. In front
of a block may stand `<!-- file: NAME -->` (its content), `<!-- run: COMMAND -->` (done before it), `<!-- exit: N -->` (what it must return) and
`<!-- prints -->` (a ```text block: the output of the block before it, but for numbers that grow with the
table of metrics).
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"((?:^<!-- [^\n]* -->\n)*)^```(\w+)\n(.*?)^```$", re.M | re.S)
INSTALL = re.compile(r"(sudo )?apt-get update && (sudo )?apt-get install -y [a-z0-9 .+-]+$")


def shell(script, env, folder):
    return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500, check=False)


def steps_of(text):
    """The commands of a workflow: values of `run:` (also as a block) and items of (before_)script."""
    lines, steps = text.splitlines(), []
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        body = []
        for more in lines[i + 1:]:
            if more.strip() and len(more) - len(more.lstrip()) <= indent:
                break
            body.append(more.strip())
        if re.match(r"\s*run: \|$", line):
            steps.append("\n".join(body))
        elif re.match(r"\s*run: ", line):
            steps.append(line.split("run: ", 1)[1])
        elif re.match(r"\s*(before_)?script:$", line):
            steps.append("\n".join(b.removeprefix("- ") for b in body))
    return steps


def without_install(script):
    return "\n".join(line for line in script.splitlines() if not INSTALL.match(line))


class Page:
    """The page that is being followed, and the scratch directory of its reader."""

    def __init__(self, source, trapline, folder):
        self.source, self.folder = source, folder
        self.bin = pathlib.Path(folder.parent, "bin")
        self.bin.mkdir()
        (self.bin / "trapline").symlink_to(trapline)
        (folder / "ci").mkdir()
        (folder / "third_party").mkdir()
        (folder / "third_party/trapline").symlink_to(source)
        self.env = {k: v for k, v in os.environ.items() if k not in ("CI", "TRAPLINE_PROFILES")}
        self.env.update(LC_ALL="C.UTF-8", PATH=f"{self.bin}:{self.env.get('PATH', '')}",
                        TRAPLINE_PROFILES=str(source / "profiles"))
        self.output, self.problems, self.commands = "", [], 0

    def run(self, script, env, want=0):
        done = shell(script, env, self.folder)
        self.commands += 1
        self.output = done.stdout
        if done.returncode != want:
            self.problems.append(f"{script}\nreturned {done.returncode} and not {want}:\n{done.stdout}")

    def workflow(self, text):
        """Every step of a workflow has the same files and environment, and a shell of its own."""
        outside = self.folder.parent
        files = {n: str(outside / n) for n in ("GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for name in files.values():
            pathlib.Path(name).write_text("", encoding="utf-8")
        env = {**self.env, **files, "CI": "true"}
        # The job finds no trapline but the one that it builds.
        env["PATH"] = env["PATH"].removeprefix(f"{self.bin}:")
        steps = [s for s in map(without_install, steps_of(text)) if s]
        if "before_script:" in text:
            steps = ["\n".join(steps)]  # GitLab has one shell for both
        for script in steps:
            self.run(script, env)
            more = pathlib.Path(files["GITHUB_PATH"]).read_text(encoding="utf-8").split()
            if more and more[-1] not in env["PATH"].split(":"):
                env["PATH"] = ":".join([*more, env["PATH"]])
        if len(steps) < 1:
            self.problems.append(f"no step was found in:\n{text}")
        if "GITHUB_STEP_SUMMARY" in text and "## " not in pathlib.Path(files["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8"):
            self.problems.append("the summary of the job is empty")

    def compare(self, text):
        def plain(s):
            return re.sub(r"of \d+ metrics", "of N metrics", re.sub(r":\d+:\d+$", ":L:C", s, flags=re.M))
        if plain(self.output) != plain(text):
            self.problems.append(f"the page shows\n{text}but the command prints\n{self.output}")

    def block(self, comments, language, text):
        for command in re.findall(r"<!-- run: (.*) -->", comments):
            self.run(command, self.env)
        want = re.search(r"<!-- exit: (\d+) -->", comments)
        file = re.search(r"<!-- file: (\S+) -->", comments)
        if file:
            (self.folder / file.group(1)).write_text(text, encoding="utf-8")
        elif language == "yaml":
            self.workflow(text)
        elif "<!-- prints -->" in comments:
            self.compare(text)
        elif language == "sh" and want:
            self.run(text, self.env, int(want.group(1)))
        elif language == "sh":
            for line in text.splitlines():
                self.run(line, self.env)
        else:
            self.problems.append(f"a block of '{language}' that this test does not know:\n{text}")


def main(source, trapline):
    source, trapline = pathlib.Path(source).resolve(), pathlib.Path(trapline).resolve()
    text = (source / "docs/compare-in-ci.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp, "work")
        folder.mkdir()
        page = Page(source, trapline, folder)
        for comments, language, block in BLOCK.findall(text):
            page.block(comments, language, block)
    print("\n\n".join(page.problems) if page.problems else f"{page.commands} commands, all as the page says")
    return 1 if page.problems or page.commands < 15 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
