#!/usr/bin/python3
"""LARDER_WITH_X: a build with LARDER_WITH_ZSTD=OFF works, says that zstd is not built, and refuses to write it instead of writing
something else; likewise metadata with LARDER_WITH_XXHASH=OFF, charts with LARDER_WITH_CHARTJS=OFF, stores on S3 with
LARDER_WITH_CURL=OFF, ONNX with LARDER_WITH_PROTOZERO=OFF and PMML with LARDER_WITH_PUGIXML=OFF; zlib does its work alone with LARDER_WITH_ISAL=OFF and LARDER_WITH_LIBDEFLATE=OFF; and ON refuses to configure
where the library is absent.

    optional_libraries.py CMAKE BUILD_DIRECTORY COMPILER BUILD_TYPE [LAUNCHER]

LAUNCHER is CMake's CMAKE_CXX_COMPILER_LAUNCHER: where it is ccache, and BUILD_TYPE that of the build around it, little is compiled.
"""

import pathlib
import subprocess
import sys
import tempfile
import zlib

from source_tree import ROOT

CELLS = ROOT / "examples" / "data" / "cells.npy"


def run(*command):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    print("+", *command, "->", done.returncode, flush=True)
    return done


def build_without_libraries(cmake, build, compiler, build_type, launcher):
    steps = ([cmake, "-S", ROOT, "-B", build, "-G", "Ninja", f"-DCMAKE_BUILD_TYPE={build_type}", f"-DCMAKE_CXX_COMPILER={compiler}",
              f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}",
              "-DLARDER_WITH_ZSTD=OFF", "-DLARDER_WITH_ISAL=OFF", "-DLARDER_WITH_LIBDEFLATE=OFF", "-DLARDER_WITH_XXHASH=OFF",
              "-DLARDER_WITH_CHARTJS=OFF", "-DLARDER_WITH_CURL=OFF", "-DLARDER_WITH_PROTOZERO=OFF", "-DLARDER_WITH_PUGIXML=OFF", "-DLARDER_WARNINGS_AS_ERRORS=ON"],
             [cmake, "--build", build, "--parallel", "2"])
    for step in steps:
        done = run(*step)
        assert done.returncode == 0, done.stdout + done.stderr
    commands = [path for path in (build / "tools").rglob("larder") if path.is_file()]
    assert len(commands) == 1, commands
    return commands[0]


def check_command(larder):
    codecs = run(larder, "codecs")
    row = next((line for line in codecs.stdout.splitlines() if line.startswith("zstd")), None)
    assert codecs.returncode == 0 and row and "not" in row, codecs.stdout

    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "cells.joblib"
        compressed = pathlib.Path(folder) / "some.joblib.zst"
        compressed.write_bytes(bytes.fromhex("28b52ffd0458") + bytes(10))
        refusals = (run(larder, "convert", CELLS, target, "-c", "zstd"), run(larder, "convert", CELLS, f"{target}.zst"),
                    run(larder, "ls", compressed))
        for refused in refusals:
            assert refused.returncode != 0 and "this build of larder lacks the library for zstd" in refused.stderr, refused.stderr
        unsigned = run(larder, "convert", "--meta", "key=value", CELLS, target)
        assert unsigned.returncode != 0 and "this build of larder lacks the library for checksums" in unsigned.stderr, unsigned.stderr
        chart = run(larder, "bench", "--html", target, CELLS)
        assert chart.returncode != 0 and "this build of larder lacks the chart library" in chart.stderr, chart.stderr
        remote = run(larder, "store", "ls", "s3://bucket?endpoint=http://127.0.0.1:1")
        assert remote.returncode != 0 and "this build of larder lacks the library for S3" in remote.stderr, remote.stderr
        for golden, library in (("onnx/linear.onnx", "protocol buffers"), ("pmml/trees.pmml", "XML")):
            unread = run(larder, "ls", ROOT / "tests/formats/data" / golden)
            assert unread.returncode != 0 and f"this build of larder lacks the library for {library}" in unread.stderr, unread.stderr
        formats = run(larder, "formats")
        assert formats.returncode == 0 and formats.stdout.count("not in this build") == 2, formats.stdout
        assert list(pathlib.Path(folder).iterdir()) == [compressed], "something else was written"
        written = run(larder, "convert", CELLS, target, "-c", "zlib")
        assert written.returncode == 0 and target.exists(), written.stderr
        assert CELLS.read_bytes()[-1000:] in zlib.decompress(target.read_bytes())
        read = run(larder, "check", target)
        assert read.returncode == 0, read.stderr


def check_on_fails_hard(cmake, build, compiler):
    done = run(cmake, "-S", ROOT, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}", "-DLARDER_WITH_ZSTD=ON",
               "-DCMAKE_FIND_ROOT_PATH=/nonexistent", "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY")
    assert done.returncode != 0 and "LARDER_WITH_ZSTD=ON" in done.stderr, done.stdout + done.stderr


def main(cmake, build, compiler, build_type, launcher=""):
    build = pathlib.Path(build)
    check_on_fails_hard(cmake, build / "absent", compiler)
    check_command(build_without_libraries(cmake, build / "off", compiler, build_type, launcher))
    print("optional libraries: fine")


if __name__ == "__main__":
    main(*sys.argv[1:])
