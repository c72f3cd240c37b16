#!/usr/bin/python3
"""The rules of CONTRIBUTING.md that a machine can check. Also breaks each one on purpose and makes sure that it is noticed."""

import pathlib
import re
import sys
import tempfile

from source_tree import LEVELS, OTHERS, ROOT, files, report

MOST_LINES = 600
BANNED_NAMES = re.compile(r"(^|[_.-])(utils?|common|misc|helpers?|managers?|stuff)([_.-]|$)", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home)/")
CHECKS = re.compile(r"\b((STATIC_)?(CHECK|REQUIRE)(_\w+)?|FAIL|LLVMFuzzerTestOneInput)\b")
CODE = (".h", ".cpp", ".py", ".sh", ".cmake", ".txt", ".in", ".md", "")


def complaints_about(path, where):
    if BANNED_NAMES.search(where.name):
        yield f"{where}: the name says nothing; what does it do?"
    if path.suffix not in CODE or "corpus" in where.parts or "data" in where.parts:
        return
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if path.suffix != ".md" and len(lines) > MOST_LINES:
        yield f"{where}: {len(lines)} lines, {MOST_LINES} at most"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f"{where}:{number}: unfinished work belongs into an issue: {line.strip()}"
        if MACHINE_PATH.search(line):
            yield f"{where}:{number}: a path of one machine: {line.strip()}"
    if where.parts[0] == "tests" and path.suffix == ".cpp" and "TEST_CASE" in text and not CHECKS.search(text):
        yield f"{where}: a test that checks nothing"


def violations(root):
    top = [path for path in sorted(root.iterdir()) if path.is_file()]
    found = []
    for path in top + files(root, ["include", *LEVELS, *OTHERS]):
        found += complaints_about(path, path.relative_to(root))
    return found


PLANTED = {
    "base/text_utils.h": "",
    "io/manager.cpp": "",
    "io/long.cpp": "\n" * (MOST_LINES + 1),
    "tools/late.cpp": "// TO" "DO: write this\n",
    "docs/place.md": "see /ro" "ot/x\n",
    "tests/io/empty.cpp": 'TEST_CASE("nothing") {}\n',
}


def self_test():
    complaints = []
    for name, text in PLANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
            if len(violations(pathlib.Path(folder))) != 1:
                complaints.append(f"self-test: {name} was not noticed once: {violations(pathlib.Path(folder))}")
    return complaints


if __name__ == "__main__":
    assert len(files(ROOT, ["include", *LEVELS, *OTHERS])) > 50, "the tree is not where it is looked for"
    sys.exit(report("house rules", self_test() + violations(ROOT)))
