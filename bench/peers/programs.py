"""larder's programs, and what is installed of the peers."""

import importlib
import os
import re
import shutil
import subprocess

from rounds import Taken, run_program


class Worker:
    """larder, in a process that waits for work: see bench/questions.h."""

    def __init__(self, build, name="larder_worker"):
        self.name = name
        self.process = subprocess.Popen([build / "bench" / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        """Begins the work; `answer` waits for its end."""
        self.process.stdin.write("\t".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line or line.startswith("error"):
            raise RuntimeError(f"{self.name}: {line.strip() or 'it is gone'}")
        seconds, cpu, size = line.split()
        return Taken(float(seconds), float(cpu), int(size))

    def __call__(self, *words):
        try:
            self.ask(*words)
            return self.answer()
        except RuntimeError as error:
            raise RuntimeError(f"{error} ({' '.join(map(str, words))})") from None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def larder_stream(build, direction, codec, threads, source, target):
    """Works on one file as the peers' programs do."""
    return run_program([build / "bench/larder_stream", direction, codec, threads, source], target)


def installed(program):
    return shutil.which(program) is not None


def module(name):
    """The Python module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


PROGRAMS = {
    "gzip": "gzip", "pigz": "pigz", "igzip": "isal", "bzip2": "bzip2", "lbzip2": "lbzip2", "pbzip2": "pbzip2", "xz": "xz-utils", "zstd": "zstd",
    "pzstd": "zstd", "lz4": "lz4",
}  # fmt: skip
MODULES = {"numpy": "python3-numpy", "joblib": "python3-joblib", "lz4": "python3-lz4", "blosc": "python3-blosc", "torch": "python3-torch"}


def version_of_program(name):
    output = subprocess.run([name, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    number = re.search(r"\d+\.\d+[\w.]*", output.stdout)
    return number.group() if number else "of unknown version"


def versions():
    """[(name, version or "missing: install ...")] of every peer."""
    found = []
    for name, package in PROGRAMS.items():
        found.append((name, version_of_program(name) if installed(name) else f"**missing** (Debian package {package})"))
    for name, package in MODULES.items():
        loaded = module(name)
        found.append((f"Python's {name}", loaded.__version__ if loaded else f"**missing** (Debian package {package})"))
    return found
