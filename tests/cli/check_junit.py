#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that a file is JUnit XML as its strictest usual schema (Jenkins xUnit's junit-10) allows it, that its
counts are right, and prints what did not pass.

usage: check_junit.py FILE
"""
import re
import sys
import xml.etree.ElementTree as ET

TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$")
NUMBER = re.compile(r"[0-9]+$")
# element: (attributes that must be there, those that may, children)
SCHEMA = {
    "testsuites": ((), ("name", "time", "tests", "failures", "errors"), ("testsuite",)),
    "testsuite": (("name", "tests", "failures", "errors"), ("time", "skipped", "file", "hostname", "timestamp"),
                  ("testcase", "properties")),
    "testcase": (("name",), ("time", "classname"), ("failure", "error", "skipped")),
    "failure": ((), ("type", "message"), ()),
    "error": ((), ("type", "message"), ()),
    "skipped": ((), ("type", "message"), ()),
}


def check(element, path="", top=True):
    """Complaints about an element and everything in it."""
    here = f"{path}/{element.tag}"
    if element.tag not in SCHEMA or (top and element.tag != "testsuites"):
        return [f"{here}: unknown element"]
    must, may, children = SCHEMA[element.tag]
    wrong = [f"{here}: lacks '{a}'" for a in must if a not in element.attrib]
    wrong += [f"{here}: has '{a}'" for a in element.attrib if a not in must + may]
    wrong += [f"{here}: time '{element.get('time')}'" for _ in "x" if not TIME.match(element.get("time", ""))]
    wrong += [f"{here}: {a} is no number" for a in ("tests", "failures", "errors", "skipped")
              if not NUMBER.match(element.get(a, "0"))]
    wrong += [f"{here}: has <{c.tag}>" for c in element if c.tag not in children]
    for child in element:
        wrong += check(child, here, False)
    return wrong


def count(element, tag):
    return sum(1 for c in element.iter("testcase") if c.find(tag) is not None)


def check_counts(element):
    real = {"tests": len(list(element.iter("testcase"))), "failures": count(element, "failure"),
            "errors": count(element, "error"), "skipped": count(element, "skipped")}
    return [f"{element.tag} {element.get('name')}: {k}={element.get(k)}, but there are {v}"
            for k, v in real.items() if element.get(k) is not None and int(element.get(k)) != v]


def main(path):
    root = ET.parse(path).getroot()
    wrong = check(root) + check_counts(root)
    names = [(c.get("classname"), c.get("name")) for c in root.iter("testcase")]
    for suite in root:
        wrong += check_counts(suite)
    print(f"{'in' if wrong else ''}valid, suites: {' '.join(s.get('name') for s in root)}")
    for case in root.iter("testcase"):
        for problem in case:
            print(f"{problem.tag}: {case.get('classname')}: {case.get('name')}")
            for part in (problem.get("type"), problem.get("message"), problem.text):
                if part:
                    print("  " + part.replace("\n", "\n  "))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
