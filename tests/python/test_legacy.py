#!/usr/bin/python3
"""Every file of joblib's own test data, of versions 0.8 to 0.12, Python 2.7 to 3.6: larder.load returns, raises and warns as joblib.load."""

import pathlib
import unittest
import warnings

import joblib
import numpy

import larder

DATA = pathlib.Path(joblib.__file__).parent / "test" / "data"
FILES = sorted(path for path in DATA.glob("joblib_*") if ".npy" not in path.name)
HAS_LZ4 = joblib.compressor.lz4 is not None


def described(value):
    if isinstance(value, numpy.ndarray):
        return (type(value), value.dtype, value.shape, repr(value.tolist()))
    if isinstance(value, list):
        return [described(part) for part in value]
    return value


def outcome(load, path, mmap_mode):
    """(value or class and message of the error, the warnings)"""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", message="The compiler package|.*numpy.core|.*matrix subclass")
        try:
            result = described(load(str(path), mmap_mode=mmap_mode))
        except ValueError as error:
            result = (ValueError, str(error))
    return result, sorted((str(warning.category), str(warning.message)) for warning in caught)


class Legacy(unittest.TestCase):
    def test_each_file(self):
        self.assertGreater(len(FILES), 30)
        for path in FILES:
            if path.suffix == ".lz4" and not HAS_LZ4:
                continue
            for mmap_mode in (None, "r"):
                with self.subTest(file=path.name, mmap_mode=mmap_mode):
                    ours = outcome(larder.load, path, mmap_mode)
                    try:
                        theirs = outcome(joblib.load, path, mmap_mode)
                    except AttributeError:  # joblib 1.2 maps what it has just called compressed
                        self.assertEqual(ours[0], outcome(joblib.load, path, None)[0])
                        continue
                    self.assertEqual(ours[0], theirs[0])
                    self.assertEqual([kind for kind, _ in ours[1]], [kind for kind, _ in theirs[1]], (ours[1], theirs[1]))
                    for (_, our_text), (_, their_text) in zip(ours[1], theirs[1]):
                        self.assertEqual(our_text, their_text.replace("is not not bytes aligned", "is not byte aligned"))


if __name__ == "__main__":
    unittest.main()
