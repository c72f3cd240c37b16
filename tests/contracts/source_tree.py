"""What stands in larder's source tree, for the checks beside this file."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A room may include itself and rooms on lower levels.
LEVELS = {
    "base": 0,
    "io": 1,
    "codecs": 2,
    "arrays": 2,
    "document": 3,
    "formats": 4,
    "store": 4,
    "persist": 5,
    "capi": 6,
    "tools": 6,
    "python": 6,
}
PUBLIC = "include/larder"
OTHERS = ("tests", "examples", "bench", "cmake", "docs", ".ci")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def files(root, folders, *suffixes):
    """The files below these folders of `root` with one of these suffixes (any, where none is given), sorted."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if path.is_file() and "__pycache__" not in inside and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return found


def headers(root):
    """What is installed to be included: the interface of C and that of C++."""
    c = root / f"{PUBLIC}.h"
    return ([c] if c.exists() else []) + files(root, [PUBLIC], ".h")


def includes(path):
    """(quote, name) of each #include of the file: quote is '<' or '"'."""
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def report(what, complaints):
    """Prints the complaints; returns the exit status."""
    for complaint in complaints:
        print(complaint)
    print(f"{what}: {len(complaints)} complaints")
    return 1 if complaints else 0
