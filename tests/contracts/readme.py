#!/usr/bin/python3
"""README.md tells the truth: each ```cpp block with a main compiles against this build and runs, and the files that it names exist.

    readme.py COMPILER LIBRARY_FILE
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from source_tree import ROOT, report

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
COMMANDS = ("sh", "bash", "python3")
MODEL = ROOT / "examples" / "data" / "forest.joblib"  # which programs may load
# A path in this repository, as a word of a shell line.
PATH = re.compile(r"(?<![\w./-])((?:\./)?(?:tools|examples|docs|tests|bench|cmake|include|\.ci)/[\w./-]*[\w/-])")


def compile_and_run(program, compiler, library):
    with tempfile.TemporaryDirectory(prefix="larder-readme-") as folder:
        (pathlib.Path(folder) / "program.cpp").write_text(program)
        shutil.copy(MODEL, folder)
        build = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", "program.cpp", "-o", "program",
                 library, f"-Wl,-rpath,{pathlib.Path(library).parent}"]
        for command in (build, ["./program"]):
            done = subprocess.run(command, cwd=folder, text=True, capture_output=True, timeout=120)
            if done.returncode:
                return [f"a C++ block of README.md fails ({command[0]}, status {done.returncode}):\n{program}\n{done.stdout}{done.stderr}"]
    return []


def missing_files(text, blocks):
    named = {path for language, body in blocks if language in COMMANDS for path in PATH.findall(body)}
    named |= {link for link in LINK.findall(text) if "://" not in link and not link.startswith("mailto:")}
    return [f"README.md names {path}, which does not exist" for path in sorted(named) if not (ROOT / path).exists()]


def main(compiler, library):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    programs = [body for language, body in blocks if language == "cpp" and "int main" in body]
    complaints = [] if programs else ["README.md has no C++ example with a main"]
    for program in programs:
        complaints += compile_and_run(program, compiler, library)
    return report("readme", complaints + missing_files(text, blocks))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
