#!/usr/bin/python3
"""What is installed is all that a user needs: installs the build into a temporary prefix, moves the prefix, and builds examples/ against
it with find_package (shared and static) and with pkg-config (shared and wholly static), the program in C also with nothing but a C compiler.

    installation.py CMAKE BUILD_DIRECTORY COMPILER
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from source_tree import ROOT, headers

EXAMPLE = ROOT / "examples" / "save_and_load.cpp"
C_EXAMPLE = ROOT / "examples" / "store_in_c.c"
C_FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C_PROJECT = """cmake_minimum_required(VERSION 3.25)
project(embedding LANGUAGES C)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
find_package(larder CONFIG REQUIRED)
add_executable(embedding store_in_c.c)
target_link_libraries(embedding PRIVATE larder::larder)
"""


def run(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def check_headers(prefix):
    """Only include/ is installed, and all of it."""
    installed = {path.relative_to(prefix / "include") for path in (prefix / "include").rglob("*") if path.is_file()}
    assert installed == {path.relative_to(ROOT / "include") for path in headers(ROOT)}, installed


def check_relocatable(prefix, *forbidden):
    """No text file of the installation names the place where it was built or first installed."""
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".pc", ".h"):
            for place in forbidden:
                assert str(place) not in path.read_text(), f"{path} names {place}"


def find_package(cmake, compiler, prefix, work):
    source = work / "examples"
    shutil.copytree(ROOT / "examples", source)  # out of larder's tree, as a user has it
    configure = [cmake, "-S", source, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_COMPILER={compiler}",
                 f"-DCMAKE_PREFIX_PATH={prefix}"]
    run(*configure, "-B", work / "shared")
    run(cmake, "--build", work / "shared")
    run(work / "shared" / "example_save_and_load", cwd=work)
    cache = (work / "shared" / "CMakeCache.txt").read_text()
    assert re.search(rf"larder_DIR:PATH={re.escape(str(prefix))}/", cache), "another larder was found"

    listing = source / "CMakeLists.txt"
    listing.write_text(listing.read_text().replace("larder::larder ", "larder::larder_static "))
    run(*configure, "-B", work / "static")
    run(cmake, "--build", work / "static", "--target", "example_save_and_load")
    run(work / "static" / "example_save_and_load", cwd=work)
    needed = run("ldd", work / "static" / "example_save_and_load", capture_output=True).stdout
    assert "liblarder" not in needed, needed


def plugins(cmake, compiler, prefix, work):
    """The examples of plugins, built against the installed header, are good codecs, and a file goes through each."""
    built = work / "plugins"
    run(cmake, "-S", work / "examples" / "plugins", "-B", built, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run(cmake, "--build", built)
    command = prefix / "bin" / "larder"
    libraries = sorted(built.glob("*.so"))
    if not command.exists() or not libraries:
        print("no plugin was tried: the command, or the libraries of the examples, are missing")
        return
    for library in libraries:
        run(command, "codecs", "--plugin", library, "--verify")
        names = run(command, "codecs", "--plugin", library, "--names", capture_output=True).stdout.split()
        ours = set(names) - set(run(command, "codecs", "--names", capture_output=True).stdout.split())
        assert ours, library
        for name in ours:
            source, target = work / "examples" / "data" / "cells.npy", work / f"cells.npy.{name}"
            run(command, "convert", "--plugin", library, "-c", name, source, target)
            run(command, "convert", "--plugin", library, "-c", "none", target, work / "back.npy")
            assert (work / "back.npy").read_bytes() == source.read_bytes(), name
            assert subprocess.run([command, "ls", target], capture_output=True).returncode == 3, "read without its plugin"
            run(command, "bench", "--plugin", library, "--codec", name, "--repeat", "1", "--disk", "500MB/s", target)


def pkg_config_flags(prefix, name):
    """Of a program that is linked `dynamic`ally or `static`ally."""
    place = next(prefix.rglob("larder.pc")).parent
    options = ["--cflags", "--libs", *(["--static"] if name == "static" else [])]
    flags = run("pkg-config", *options, "larder", env={**os.environ, "PKG_CONFIG_PATH": str(place)}, capture_output=True).stdout.split()
    # Not "-static": Debian has no archives of ISA-L and libdivsufsort.
    if name == "static":
        flags = ["-l:liblarder.a" if flag == "-llarder" else flag for flag in flags]
    return [f"-Wl,-rpath,{place.parent}", *flags]


def pkg_config(compiler, prefix, work):
    assert len(list(prefix.rglob("larder.pc"))) == 1
    for name in ("dynamic", "static"):
        program = work / f"by_pkg_config_{name}"
        run(compiler, "-std=c++20", EXAMPLE, "-o", program, *pkg_config_flags(prefix, name))
        run(program, cwd=work)


def functions_of_c(prefix):
    return re.findall(r"LARDER_API [\w ]+?\**\b(larder_\w+)\(", (prefix / "include" / "larder.h").read_text())


def embedding(cmake, prefix, work):
    """Programs in C, by a C compiler: the example, and one that needs every function of larder.h."""
    functions = functions_of_c(prefix)
    assert len(functions) > 40, functions
    every = work / "every_function.c"
    every.write_text("#include <larder.h>\ntypedef void (*function)(void);\nconst function functions[] = {\n" +
                     "".join(f"    (function){name},\n" for name in functions) +
                     "};\nint main(void) { return functions[0] ? 0 : 1; }\n")
    for source in (C_EXAMPLE, every):
        for name in ("dynamic", "static"):
            program = work / f"{source.stem}_{name}"
            run("cc", *C_FLAGS, source, "-o", program, *pkg_config_flags(prefix, name))
            run(program, cwd=work)
    project = work / "c_project"
    project.mkdir()
    shutil.copy(C_EXAMPLE, project)
    (project / "CMakeLists.txt").write_text(C_PROJECT)
    run(cmake, "-S", project, "-B", project / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run(cmake, "--build", project / "build")
    run(project / "build" / "embedding", cwd=work)


def main(cmake, build, compiler):
    with tempfile.TemporaryDirectory(prefix="larder-install-") as folder:
        work = pathlib.Path(folder)
        first, prefix = work / "first", work / "moved"
        run(cmake, "--install", build, "--prefix", first, stdout=subprocess.DEVNULL)
        first.rename(prefix)
        check_headers(prefix)
        check_relocatable(prefix, first, build, ROOT)
        find_package(cmake, compiler, prefix, work)
        plugins(cmake, compiler, prefix, work)
        pkg_config(compiler, prefix, work)
        embedding(cmake, prefix, work)
        command = prefix / "bin" / "larder"
        if command.exists():  # it finds its library beside it
            run(command, "--version")
    print("installation: fine")


if __name__ == "__main__":
    main(*sys.argv[1:])
