#!/usr/bin/python3
"""The package as such: what importing it brings along, its types, the examples in its docstrings."""

import doctest
import importlib
import pathlib
import pkgutil
import subprocess
import sys
import unittest

import larder

NEEDS = {"numcodecs": "numcodecs", "zarr": "zarr", "joblib": "joblib", "fsspec": "fsspec"}  # modules for libraries that may be missing


def modules():
    for found in pkgutil.iter_modules(larder.__path__):
        if found.name in NEEDS and importlib.util.find_spec(NEEDS[found.name]) is None:
            continue
        yield importlib.import_module("larder." + found.name)


class Package(unittest.TestCase):
    def test_importing_it_imports_no_library_but_numpy(self):
        program = "import sys, numpy; before = set(sys.modules); import larder; print(*sorted(set(sys.modules) - before))"
        output = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
        brought = {name.split(".")[0] for name in output}
        self.assertLessEqual(brought, {"larder", "_compat_pickle", "_pickle", "pickle", "copyreg", "errno", "gc"}, output)

    def test_all_public_names_are_there_and_typed(self):
        stubs = (pathlib.Path(larder.__file__).parent / "__init__.pyi").read_text(encoding="utf-8")
        for name in larder.__all__:
            self.assertTrue(hasattr(larder, name), name)
            self.assertIn(name, stubs)
        self.assertTrue((pathlib.Path(larder.__file__).parent / "py.typed").exists())
        with self.assertRaises(AttributeError):
            larder.no_such_name

    def test_examples_in_docstrings(self):
        tried = 0
        for module in [larder, *modules()]:
            result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
            self.assertEqual(result.failed, 0, module.__name__)
            tried += result.attempted
        self.assertGreater(tried, 20)


if __name__ == "__main__":
    unittest.main()
