#!/usr/bin/python3
"""joblib's own tests of what it keeps, with larder in joblib's place.

    joblib_suite.py [PYTEST-OPTION...]

joblib.dump and load are larder's, so are the compressors, and Memory's backend "local" is larder's store. What fails nevertheless must be
listed in joblib_differences.txt, with the reason; a listed test that passes fails the run.
"""

import fcntl
import importlib.util
import os
import pathlib
import sys
import tempfile

import joblib
import pytest

import larder
from larder.joblib import LarderStoreBackend

# All but parallel backends, hashing, logging and the like.
TESTED = ("disk", "memory", "memory_async", "numpy_pickle", "numpy_pickle_compat", "numpy_pickle_utils", "store_backends")
DIFFERENCES = pathlib.Path(__file__).with_name("joblib_differences.txt")


def replace_joblib():
    larder.register()
    joblib.register_store_backend("local", LarderStoreBackend)
    for module in (joblib, joblib.numpy_pickle):
        module.dump, module.load = larder.dump, larder.load


def differences(lines, version):
    """{test: reason} of this version of joblib: lines of "[versions] test: reason"; "1.2", "1.3+" or "" for all."""
    found = {}
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        versions, _, rest = line.removeprefix("[").partition("] ")
        test, _, reason = rest.partition(": ")
        if not reason:
            raise ValueError(f"{DIFFERENCES.name}: no reason: {line}")
        if versions in ("", version) or (versions.endswith("+") and _number(version) >= _number(versions[:-1])):
            found[test] = reason.strip()
    return found


def _number(version):
    return tuple(int(part) for part in version.split("."))


class Judge:
    """Marks the listed tests, which must fail, and counts what ran."""

    def __init__(self, listed):
        self.listed, self.seen = listed, set()

    def pytest_collection_modifyitems(self, items):
        for item in items:
            name = item.nodeid.rpartition("/")[2]
            self.seen.add(name)
            if name in self.listed:
                item.add_marker(pytest.mark.xfail(reason=self.listed[name], strict=True))


def main(options):
    replace_joblib()
    version = ".".join(joblib.__version__.split(".")[:2])
    folder = pathlib.Path(importlib.util.find_spec("joblib").origin).parent / "test"
    if not folder.is_dir():
        print("skipped: joblib is installed without its tests")
        return 77
    files = [str(path) for name in TESTED if (path := folder / f"test_{name}.py").exists()]
    judge = Judge(differences(DIFFERENCES.read_text(encoding="utf-8").splitlines(), version))
    here = os.getcwd()
    at_once = os.open(folder, os.O_RDONLY)
    fcntl.flock(at_once, fcntl.LOCK_EX)  # joblib 1.2 tests sockets on one fixed port
    with tempfile.TemporaryDirectory(prefix="joblib-suite-") as scratch:
        os.chdir(scratch)  # one test makes a folder where it is
        status = pytest.main(
            ["-q", "-p", "no:cacheprovider", "-p", "no:doctest", "--rootdir", str(folder), "--basetemp", f"{scratch}/tmp", "-W", "ignore::pytest.PytestUnknownMarkWarning",
             *options, *files],
            plugins=[judge],
        )
        os.chdir(here)
    for name in sorted(set(judge.listed) - judge.seen):
        print(f"{DIFFERENCES.name} lists {name}, which joblib {version} has not")
        status = status or 1
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
