#!/usr/bin/python3
"""Each public header compiles alone, twice in one file, with warnings as errors, with nothing but include/ and the standard library.

    headers.py COMPILER...
"""

import subprocess
import sys

from source_tree import PUBLIC, ROOT, files, report

FLAGS = ["-std=c++20", "-fsyntax-only", "-x", "c++", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]


def complaints_of(compiler, header):
    name = header.relative_to(ROOT / "include")
    program = f"#include <{name}>\n#include <{name}>\n"
    run = subprocess.run([compiler, *FLAGS, f"-I{ROOT / 'include'}", "-"], input=program, text=True, capture_output=True)
    return [f"{compiler}: {name} does not compile alone:\n{run.stderr}"] if run.returncode else []


def main(compilers):
    headers = files(ROOT, [PUBLIC], ".h")
    assert compilers and len(headers) > 10
    return report("headers", [line for compiler in compilers for header in headers for line in complaints_of(compiler, header)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
