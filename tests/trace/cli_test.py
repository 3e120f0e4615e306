#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the command line of trace2vcd: outputs, messages and exit codes.

usage: cli_test.py TRACE2VCD MAKE_SAMPLE GOLDEN_FOLDER [--update]

Whole outputs are compared with the files of GOLDEN_FOLDER; --update writes them anew. GTKWave's vcd2fst
must accept every output; without vcd2fst that part is skipped, unless CI=true.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TRACE2VCD, MAKE_SAMPLE, GOLDEN = (os.path.abspath(a) for a in sys.argv[1:4])
UPDATE = "--update" in sys.argv[4:] and os.environ.get("CI") != "true"


def read(path):
    with open(path, "rb") as f:
        return f.read()


class TestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="trace2vcd-")
        self.addCleanup(folder.cleanup)
        self.dir = folder.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def sample(self, name):
        subprocess.run([MAKE_SAMPLE, name, self.path(name + ".trace")], check=True)
        return name + ".trace"

    def run_tool(self, *args, code=0, stdin=None):
        """Runs trace2vcd in the test's folder; returns (stdout, stderr)."""
        p = subprocess.run([TRACE2VCD, *args], cwd=self.dir, input=stdin, capture_output=True, timeout=60)
        self.assertEqual(p.returncode, code, p.stderr.decode())
        return p.stdout, p.stderr.decode()

    def golden(self, name, data):
        path = os.path.join(GOLDEN, name)
        if UPDATE:
            with open(path, "wb") as f:
                f.write(data)
        self.maxDiff = None
        self.assertEqual(data.decode(), read(path).decode(), name)

    def files(self):
        return sorted(os.listdir(self.dir))


class Output(TestCase):
    def check_sample(self, name):
        _, err = self.run_tool(self.sample(name))
        self.golden(name + ".vcd", read(self.path(name + ".vcd")))
        self.golden(name + ".gtkw", read(self.path(name + ".gtkw")))
        self.assertEqual(self.files(), sorted(name + s for s in (".trace", ".vcd", ".gtkw")))
        return err

    def test_modes_side_by_side(self):
        self.assertEqual(self.check_sample("modes"), "")

    def test_instantaneous_run_is_spread(self):
        self.assertIn("placed 1ns apart", self.check_sample("ideal"))

    def test_cycles_become_picoseconds(self):
        self.check_sample("cycles")

    def test_private_and_shared_interrupts(self):
        self.check_sample("banked")

    def test_run_without_records(self):
        self.check_sample("empty")

    def test_one_mode(self):
        self.run_tool(self.sample("modes"), "--mode", "forwarded", "-o", "f.vcd")
        text = read(self.path("f.vcd")).decode()
        self.assertIn("$scope module forwarded $end", text)
        self.assertNotIn("trapped", text)
        self.assertIn('[dumpfile] "f.vcd"', read(self.path("f.gtkw")).decode())

    def test_standard_output_without_save_file(self):
        out, _ = self.run_tool(self.sample("modes"), "-o", "-")
        self.golden("modes.vcd", out)
        self.assertEqual(self.files(), ["modes.trace"])

    def test_standard_input(self):
        self.sample("modes")
        out, _ = self.run_tool("-", stdin=read(self.path("modes.trace")))
        self.golden("modes.vcd", out)

    def test_pipe(self):
        self.sample("modes")
        out, _ = self.run_tool("/dev/stdin", "-o-", stdin=read(self.path("modes.trace")))
        self.golden("modes.vcd", out)

    def test_set_up_is_part_of_the_picture_on_demand(self):
        out, _ = self.run_tool(self.sample("modes"), "--setup", "-o", "-")
        self.golden("setup.vcd", out)

    def test_spread_off_hides_and_says_so(self):
        out, err = self.run_tool(self.sample("ideal"), "--spread=off", "-o", "-")
        self.assertNotIn(b"active+pending", out)
        self.assertIn("--spread on", err)
        self.assertNotIn(b"#10001\n", out)

    def test_spread_on_is_silent(self):
        out, err = self.run_tool(self.sample("modes"), "-s", "on", "-o", "-")
        self.assertEqual(err, "")
        self.assertIn(b"#9601\n", out)

    def test_quiet(self):
        _, err = self.run_tool(self.sample("ideal"), "-q")
        self.assertEqual(err, "")

    def test_older_output_is_replaced(self):
        with open(self.path("modes.vcd"), "w") as f:
            f.write("older" * 10000)
        self.run_tool(self.sample("modes"))
        self.golden("modes.vcd", read(self.path("modes.vcd")))

    def test_twice_the_same(self):
        self.sample("modes")
        self.assertEqual(self.run_tool("modes.trace", "-o-"), self.run_tool("modes.trace", "-o-"))


class Vcd2fst(TestCase):
    """GTKWave's converter is a reader we did not write."""

    def setUp(self):
        super().setUp()
        self.tool = shutil.which("vcd2fst")
        if not self.tool:
            if os.environ.get("CI") == "true":
                self.fail("vcd2fst (package gtkwave) is required when CI=true")
            self.skipTest("vcd2fst (package gtkwave) is not installed")

    def test_accepts_every_sample(self):
        for name in ("modes", "ideal", "cycles", "banked"):
            with self.subTest(name):
                self.run_tool("-q", self.sample(name))
                p = subprocess.run([self.tool, name + ".vcd", name + ".fst"], cwd=self.dir, capture_output=True)
                self.assertEqual(p.returncode, 0, p.stderr.decode())
                self.assertEqual(p.stderr, b"")
                self.assertGreater(os.path.getsize(self.path(name + ".fst")), 0)

    def test_strings_survive(self):
        back = shutil.which("fst2vcd")
        if not back:
            self.skipTest("no fst2vcd")
        self.run_tool(self.sample("modes"))
        subprocess.run([self.tool, "modes.vcd", "modes.fst"], cwd=self.dir, check=True, capture_output=True)
        p = subprocess.run([back, "-f", "modes.fst"], cwd=self.dir, check=True, capture_output=True)
        for text in (b"sactive+pending ", b"spending,masked ", b"sphys_device_irq ", b"sblocked "):
            self.assertEqual(p.stdout.count(text), read(self.path("modes.vcd")).count(text), text)


class BadInput(TestCase):
    def expect(self, text, *args, code=2, stdin=None):
        before = self.files()
        out, err = self.run_tool(*args, code=code, stdin=stdin)
        self.assertEqual(out, b"")
        self.assertIn(text, err)
        self.assertEqual(self.files(), before, "nothing may be left behind")

    def broken(self, data):
        with open(self.path("b.trace"), "wb") as f:
            f.write(data)
        return "b.trace"

    def test_no_trace(self):
        self.expect("b.trace: offset 0: this is not a Trapline trace", self.broken(b"$date $end\n"))

    def test_empty_file(self):
        self.expect("b.trace: offset 0: the file is empty", self.broken(b""))

    def test_empty_standard_input(self):
        self.expect("(standard input): offset 0: ", "-", stdin=b"")

    def test_truncated(self):
        whole = read(self.path(self.sample("modes")))
        for n in (4, 20, 100, len(whole) // 2, len(whole) - 1):
            self.expect(f"b.trace: offset {n}: the file ends here", self.broken(whole[:n]))

    def test_damaged(self):
        data = bytearray(read(self.path(self.sample("modes"))))
        data[100] ^= 1
        self.expect("b.trace: offset 32: the checksum of chunk 'EVTS' does not match", self.broken(data))

    def test_damaged_with_older_output(self):
        with open(self.path("b.vcd"), "w") as f:
            f.write("older")
        self.expect("offset", self.broken(b"\x89TLT"))
        self.assertEqual(read(self.path("b.vcd")), b"older")

    def test_no_runs(self):
        self.expect("there are no runs", self.sample("nothing"))

    def test_no_such_mode(self):
        self.expect("no mode 'x' in this trace; it has: trapped, forwarded", self.sample("modes"), "--mode=x")

    def test_missing_file(self):
        self.expect("no.trace: No such file", "no.trace")

    def test_folder(self):
        self.expect("Is a directory", ".")


class BadUsage(TestCase):
    def expect(self, text, *args):
        _, err = self.run_tool(*args, code=2)
        self.assertIn(text, err)
        self.assertIn("--help", err)

    def test_usage(self):
        self.sample("modes")
        self.expect("which FILE?")
        self.expect("unknown option '--modes'", "modes.trace", "--modes", "x")
        self.expect("unknown option '-x'", "modes.trace", "-x")
        self.expect("needs a value: '--mode'", "modes.trace", "--mode")
        self.expect("takes no value: '--quiet=1'", "modes.trace", "--quiet=1")
        self.expect("more than one FILE: 'b'", "modes.trace", "b")
        self.expect("auto, on or off, not 'maybe'", "modes.trace", "--spread", "maybe")
        self.expect("would replace the trace", "modes.trace", "-o", "modes.trace")
        self.expect("save file would replace", "modes.trace", "-o", "a.gtkw")
        self.assertEqual(self.files(), ["modes.trace"])

    def test_words_after_two_dashes_are_files(self):
        self.sample("modes")
        os.rename(self.path("modes.trace"), self.path("-modes"))
        self.run_tool("-o", "m.vcd", "--", "-modes")

    def test_help_and_version(self):
        out, _ = self.run_tool("--help")
        self.assertIn(b"usage: trace2vcd FILE", out)
        out, _ = self.run_tool("-V")
        self.assertRegex(out, rb"^trace2vcd \d+\.\d+\.\d+\n$")


class BadOutput(TestCase):
    def test_full_disk(self):
        _, err = self.run_tool(self.sample("modes"), "-o", "/dev/full", code=4)
        self.assertIn("/dev/full: cannot write: No space left on device", err)

    def test_full_standard_output(self):
        self.sample("modes")
        with open("/dev/full", "wb") as full:
            p = subprocess.run([TRACE2VCD, "modes.trace", "-o", "-"], cwd=self.dir, stdout=full,
                               stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 4)

    def test_missing_folder(self):
        _, err = self.run_tool(self.sample("modes"), "-o", "no/m.vcd", code=4)
        self.assertIn("no/m.vcd: cannot write: No such file", err)
        self.assertEqual(self.files(), ["modes.trace"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
