#!/usr/bin/python3
"""Each public header compiles alone, twice in one file, with warnings as errors, with nothing but include/ and the standard library:
larder.h in C99, C11 and C++11 as well.

    headers.py COMPILER...
"""

import subprocess
import sys

from source_tree import ROOT, headers, report

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]
CPP = ("-std=c++20", "-x", "c++")
C = (("-std=c99", "-x", "c"), ("-std=c11", "-x", "c"), ("-std=c++11", "-x", "c++"))


def complaints_of(compiler, header, language):
    name = header.relative_to(ROOT / "include")
    program = f"#include <{name}>\n#include <{name}>\n"
    run = subprocess.run([compiler, *language, *FLAGS, f"-I{ROOT / 'include'}", "-"], input=program, text=True, capture_output=True)
    return [f"{compiler} {language[0]}: {name} does not compile alone:\n{run.stderr}"] if run.returncode else []


def main(compilers):
    found = headers(ROOT)
    assert compilers and len(found) > 10 and found[0].name == "larder.h"
    tasks = [(header, CPP) for header in found] + [(found[0], language) for language in C]
    return report("headers", [line for compiler in compilers for task in tasks for line in complaints_of(compiler, *task)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
