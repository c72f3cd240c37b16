#!/usr/bin/python3
"""Who includes whom: rooms only lower rooms, public headers nothing but the standard library and each other, and each third-party
library is seen by exactly one .cpp. Also plants one violation of each rule and makes sure that it is found."""

import pathlib
import sys
import tempfile

from source_tree import INCLUDE, LEVELS, PUBLIC, ROOT, files, headers, includes, report

# Headers of the C library and of the system, beside those of C++ (which have no dot).
SYSTEM = ("stddef.h", "stdint.h", "unistd.h", "fcntl.h", "dirent.h", "pthread.h", "signal.h", "poll.h", "spawn.h", "setjmp.h",
          "dlfcn.h", "termios.h", "sys/", "linux/", "netinet/", "arpa/", "netdb.h", "immintrin.h")
# Libraries with more than one header of their own; any other is called by its first folder or its header's name.
LIBRARIES = {"zconf": "zlib", "lz4frame": "lz4", "lz4hc": "lz4", "zstd_errors": "zstd", "zdict": "zstd"}


# What a whole room is a layer over.
WRAPPED = {"pybind11": "python"}


def library_of(header):
    """The third-party library that a <header> belongs to; None for larder's, the system's and C++'s own."""
    if header == "larder.h" or header.startswith(("larder/",) + SYSTEM) or ("." not in header and "/" not in header):
        return None
    name = header.split("/")[0].removesuffix(".h").removesuffix(".hpp")
    return LIBRARIES.get(name, name)


def check_include(where, room, quote, header):
    """What is wrong with this include of a file in `room` (None: a public header), or None."""
    if room is None:
        if quote == '"':
            return f'{where}: a public header includes "{header}": only <larder/...> and the standard library'
        if library_of(header):
            return f"{where}: a public header includes the third-party header <{header}>"
        return None
    if quote == "<":
        target = header.split("/")[0] if "/" in header else None
        return f"{where}: <{header}> names a room: write it in quotes" if target in LEVELS else None
    target = header.split("/")[0]
    if target not in LEVELS or "/" not in header:
        return f'{where}: "{header}" does not start with a room'
    if target != room and LEVELS[target] >= LEVELS[room]:
        return f'{where}: {room} (level {LEVELS[room]}) includes "{header}" (level {LEVELS[target]})'
    return None


def violations(root):
    complaints = []
    users = {}  # library to the files that include it
    for folder in (PUBLIC, *LEVELS):
        room = None if folder == PUBLIC else folder
        for path in headers(root) if room is None else files(root, [folder], ".h", ".cpp"):
            where = path.relative_to(root)
            for quote, header in includes(path):
                complaint = check_include(where, room, quote, header)
                if complaint:
                    complaints.append(complaint)
                library = library_of(header) if quote == "<" else None
                if library and room:
                    users.setdefault(library, set()).add(str(where))
    for library, where in sorted(users.items()):
        if library in WRAPPED:
            complaints += [f"{library} is for {WRAPPED[library]} alone, not for {one}" for one in sorted(where) if not one.startswith(WRAPPED[library] + "/")]
            continue
        if len(where) > 1 or not next(iter(where)).endswith(".cpp"):
            complaints.append(f"{library} is to be seen by one .cpp alone, not by {', '.join(sorted(where))}")
    return complaints


PLANTED = {  # file: text, and a piece of the complaint that must follow
    "base/up.h": ('#include "io/file.h"\n', "base (level 0) includes"),
    "codecs/side.cpp": ('#include "arrays/array.h"\n', "codecs (level 2) includes"),
    "io/angle.cpp": ("#include <base/text.h>\n", "write it in quotes"),
    "io/stray.cpp": ('#include "text.h"\n', "does not start with a room"),
    "include/larder/leak.h": ("#include <zlib.h>\n", "third-party header <zlib.h>"),
    "include/larder.h": ("#include <zstd.h>\n", "third-party header <zstd.h>"),
    "include/larder/room.h": ('  #  include "base/text.h"\n', "a public header includes"),
    "codecs/first.cpp": ("#include <lz4frame.h>\n", "lz4 is to be seen by one .cpp alone"),
    "codecs/second.cpp": ("#include <lz4hc.h>\n", "lz4 is to be seen by one .cpp alone"),
    "codecs/snake.cpp": ("#include <pybind11/pybind11.h>\n", "pybind11 is for python alone"),
    "formats/wide.h": ("#include <nlohmann/json.hpp>\n", "nlohmann is to be seen by one .cpp alone"),
}
ALLOWED = {
    "python/binding/fine.h": "#include <pybind11/numpy.h>\n",
    "persist/fine.cpp": '#include <vector>\n#include <sys/mman.h>\n#include <zlib.h>\n#include <larder/load.h>\n#include <larder.h>\n#include "io/file.h"\n#include "persist/own.h"\n',
}


def self_test():
    complaints = []
    for name, (text, expected) in list(PLANTED.items()) + [(name, (text, None)) for name, text in ALLOWED.items()]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            planted = {name: text}
            if "one .cpp alone" in (expected or "") and name.endswith(".cpp"):
                planted = {key: value for key, (value, _) in PLANTED.items() if key in ("codecs/first.cpp", "codecs/second.cpp")}
            for place, content in planted.items():
                (root / place).parent.mkdir(parents=True, exist_ok=True)
                (root / place).write_text(content)
            found = violations(root)
            if expected is None and found:
                complaints.append(f"self-test: {name} is fine, yet: {found}")
            if expected is not None and not any(expected in complaint for complaint in found):
                complaints.append(f"self-test: {name} was not caught, only: {found}")
    return complaints


if __name__ == "__main__":
    assert INCLUDE.findall('#include <a.h>  // b\n//#include "c.h"\n') == [("<", "a.h")]
    assert len(files(ROOT, [PUBLIC], ".h")) > 10, "the public headers are not where they are looked for"
    sys.exit(report("levels", self_test() + violations(ROOT)))
