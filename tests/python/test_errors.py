#!/usr/bin/python3
"""What larder.dump and larder.load raise and warn, beside joblib: the same classes, the same words where joblib has any."""

import io
import os
import pathlib
import pickle
import tempfile
import unittest
import warnings

import joblib
import numpy

import larder


class Arguments(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "value")

    def tearDown(self):
        self.folder.cleanup()

    def outcome(self, work):
        try:
            return work()
        except Exception as error:  # whatever it is, the other one must do the same
            kind = next(one for one in type(error).__mro__ if one.__module__ == "builtins")
            return kind, str(error)

    def test_of_dump_that_joblib_refuses(self):
        for compress in (-1, 10, 2.5, {}, [3], b"x", (3,), ("zlib", 3, 3), ("zlib", "wrong"), ("zlib", -1), 3.5, (3, "zlib")):
            with self.subTest(compress=compress):
                ours = self.outcome(lambda: larder.dump(1, self.path, compress=compress))
                before = os.listdir(self.folder.name)
                self.assertEqual(ours, self.outcome(lambda: joblib.dump(1, self.path, compress=compress)))
                if os.path.exists(self.path):
                    os.remove(self.path)
                self.assertNotIn("value", before)
        for compress in ("wrong", ("wrong", 3), "", (None, 3)):
            with self.assertRaisesRegex(ValueError, 'Non valid compression method given: "{}". Possible'.format(compress[0] if isinstance(compress, tuple) else compress)):
                larder.dump(1, self.path, compress=compress)
        for target in (None, 3, {}, b"path"):
            ours, theirs = (self.outcome(lambda: one.dump(1, target)) for one in (larder, joblib))
            self.assertEqual(ours, theirs)
        for one in (larder, joblib):
            self.assertEqual(self.outcome(lambda: one.dump(1, io.BytesIO(), protocol=6)), (ValueError, "pickle protocol must be <= 5"))
        with self.assertRaisesRegex(ValueError, "'compresslevel' must be an integer between 1 and 9. You provided 'compresslevel=3.0'"):
            larder.dump(1, self.path, compress=3.0)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_of_dump_that_joblib_takes(self):
        names = ("value", "value.gz", "value.z", "value.xz", "value.bz2", "value.lzma", ".z", "a.gz.pkl", "a.GZ")
        settings = (0, 1, 9, True, False, None, "gzip", "xz", ("bz2", 0), ("bz2", None), ("zlib", True), ("gzip", False), ("lzma", 1), ("gzip", 6))
        for name in names:
            for compress in settings:
                with self.subTest(name=name, compress=compress):
                    path = os.path.join(self.folder.name, name)
                    heads = []
                    for one in (larder, joblib):
                        self.assertEqual(one.dump([1, 2], path, compress=compress), [path])
                        with open(path, "rb") as file:
                            heads.append(file.read(2))
                    self.assertEqual(*heads)
                    self.assertEqual(larder.load(path), [1, 2])

    def test_targets(self):
        path = pathlib.Path(self.path)
        self.assertEqual(larder.dump(1, path), [str(path)])
        self.assertEqual(larder.load(path), 1)
        buffer = io.BytesIO()
        self.assertIsNone(larder.dump("x", buffer, compress="gzip"))
        self.assertEqual(larder.load(buffer), "x")  # from its start, as joblib does

        class Bare:
            """A file object with write alone."""

            def __init__(self):
                self.pieces = []

            def write(self, piece):
                self.pieces.append(piece)

        bare = Bare()
        larder.dump([numpy.arange(100_000), "end"], bare)
        self.assertEqual(joblib.load(io.BytesIO(b"".join(bare.pieces)))[1], "end")

    def test_of_load(self):
        for work in (lambda one: one.load(self.path), lambda one: one.dump(1, os.path.join(self.path, "below")), lambda one: one.load(self.folder.name)):
            classes = [self.outcome(lambda: work(one))[0] for one in (larder, joblib)]
            self.assertEqual(*classes)
        with self.assertRaisesRegex(ValueError, "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, but got 'mmap_mode=r' instead."):
            larder.load("absent", mmap_mode="r", ensure_native_byte_order=True)

    def test_of_damaged_files(self):
        larder.dump({"a": numpy.arange(1000), "b": "text"}, self.path)
        with open(self.path, "rb") as file:
            content = file.read()
        with self.assertRaises(EOFError):
            larder.load(io.BytesIO(b""))
        for length in range(1, len(content) - 1, 97):
            with self.assertRaises(larder.TruncatedError) as raised:
                larder.load(io.BytesIO(content[:length]))
            self.assertEqual((raised.exception.kind, isinstance(raised.exception, (EOFError, ValueError))), ("truncated", True))
        for position in range(0, len(content), 53):
            damaged = bytearray(content)
            damaged[position] ^= 0x55
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.outcome(lambda: larder.load(io.BytesIO(bytes(damaged)), trust=False))
        larder.dump(list(range(1000)), self.path, compress="gzip")
        with open(self.path, "r+b") as file:
            file.seek(-3, 2)
            file.truncate()
        with self.assertRaises(EOFError):
            larder.load(self.path)

    def test_warnings_of_mmap_mode(self):
        value = numpy.arange(3)
        joblib.dump(value, self.path)
        packed = self.path + ".gz"
        joblib.dump(value, packed)
        buffer = io.BytesIO()
        joblib.dump(value, buffer)

        unmapped = io.BufferedReader(io.BytesIO(buffer.getvalue()))
        for file, text in (
            (packed, f'mmap_mode "r" is not compatible with compressed file {packed}. "r" flag will be ignored.'),
            (io.BytesIO(buffer.getvalue()), 'In memory persistence is not compatible with mmap_mode "r" flag passed. mmap_mode option will be ignored.'),
            (unmapped, f'"{unmapped!r}" is not a raw file, mmap_mode "r" flag will be ignored.'),
        ):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                loaded = larder.load(file, mmap_mode="r")
            self.assertEqual((type(loaded), loaded.tolist()), (numpy.ndarray, [0, 1, 2]))
            self.assertEqual([(warning.category, str(warning.message), warning.filename) for warning in caught], [(UserWarning, text, __file__)])
        with open(self.path, "rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertIs(type(larder.load(file, mmap_mode="r")), numpy.ndarray)

    def test_errors_are_larders_own_too(self):
        with self.assertRaises(larder.Error) as raised:
            larder.load(self.path)
        self.assertIsInstance(raised.exception, FileNotFoundError)
        self.assertEqual((raised.exception.kind, raised.exception.errno), ("not_found", 2))
        with self.assertRaises(larder.MalformedError) as raised:
            larder.load(io.BytesIO(b"\x80\x04K\x01K\x02K\x03\xff."))
        self.assertEqual(raised.exception.position, 8)
        self.assertIsInstance(raised.exception, pickle.UnpicklingError)

    def test_errors_of_a_file_object_pass(self):
        class Broken(io.RawIOBase):
            def readable(self):
                return True

            def readinto(self, target):
                raise ZeroDivisionError("of the file")

            def write(self, piece):
                raise ZeroDivisionError("of the file")

        for work in (lambda: larder.load(Broken()), lambda: larder.dump([numpy.zeros(10)], Broken()), lambda: larder.dump("x" * 10**6, Broken(), compress=3)):
            with self.assertRaisesRegex(ZeroDivisionError, "of the file"):
                work()


if __name__ == "__main__":
    unittest.main()
