#!/usr/bin/python3
"""larder.dump and larder.load beside joblib's: each reads what the other wrote, plain values and arrays have the same bytes."""

import io
import os
import pickle
import tempfile
import unittest

import joblib
import numpy

import larder

PROTOCOLS = range(6)
CODECS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")
HAS_LZ4 = joblib.compressor.lz4 is not None


class Owner:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class OwnArray(numpy.ndarray):
    pass


def values():
    matrix = numpy.arange(12.0).reshape(3, 4)
    structure = numpy.dtype([("a", "i4"), ("b", ">f8", (2,))])
    return {
        "none": None,
        "dict": {"a": 1, 2: (3.5, b"x"), None: {True, 7}, "more": list(range(2000))},
        "texts": ["short", "x" * 300_000, b"y" * 300_000, bytearray(b"z" * 200_000), "\u20ac" * 100_000],
        "matrix": matrix,
        "fortran": numpy.asfortranarray(matrix),
        "strided": matrix[::2, ::-1],
        "broadcast": numpy.broadcast_to(numpy.arange(3), (4, 3)),
        "scalar": numpy.float32(1.5),
        "no axes": numpy.array(7),
        "empty": numpy.zeros((0, 3)),
        "no bytes": numpy.zeros(3, "V0"),
        "structure": numpy.zeros(3, structure),
        "times": numpy.array(["2020-01-01", "NaT"], "M8[D]"),
        "texts of numpy": numpy.array(["ab", "c"]),
        "odd": numpy.frombuffer(b"abc", numpy.uint8),
        "objects": numpy.array([1, "a", None, matrix], dtype=object),
        "masked": numpy.ma.array([1, 2, 3], mask=[0, 1, 0]),
        "of its own class": matrix.view(OwnArray),
        "class of numpy": numpy.matrix([[1, 2]]),
        "an owner": Owner(weights=matrix, name="tiny", parts=[numpy.arange(number) for number in range(40)]),
        "dtype": numpy.dtype("f4"),
        "a metadata with an array": numpy.zeros(2, numpy.dtype("f8", metadata={"of": matrix})),
    }


def described(value):
    """What shows every difference that matters."""
    if isinstance(value, numpy.ndarray):
        return (type(value).__name__, value.dtype.descr, value.shape, value.flags.f_contiguous, repr(value.tolist()))
    if isinstance(value, Owner):
        return {name: described(part) for name, part in vars(value).items()}
    if isinstance(value, list):
        return [described(part) for part in value]
    return repr(value)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "value.joblib")

    def tearDown(self):
        self.folder.cleanup()

    def content(self):
        with open(self.path, "rb") as file:
            return file.read()

    def check(self, value, **options):
        self.assertEqual(larder.dump(value, self.path, **options), [self.path])
        if isinstance(value, numpy.matrix) and not hasattr(value, "__array_prepare__"):
            value = numpy.asarray(value)  # as joblib loads it with numpy 2
        for load in (joblib.load, larder.load):
            self.assertEqual(described(load(self.path)), described(value), (load.__module__, options))
        try:
            joblib.dump(value, self.path, **options)
        except ZeroDivisionError:  # of elements without bytes
            return
        self.assertEqual(described(larder.load(self.path)), described(value), options)


class Dumped(Files):
    def test_each_value_in_each_protocol(self):
        for name, value in values().items():
            for protocol in PROTOCOLS:
                with self.subTest(value=name, protocol=protocol):
                    self.check(value, protocol=protocol)

    def test_each_codec(self):
        value = values()["an owner"]
        for codec in CODECS:
            if codec == "lz4" and not HAS_LZ4:
                continue
            for compress in (codec, (codec, 1), (codec, 9)):
                with self.subTest(compress=compress):
                    self.check(value, compress=compress)
        larder.dump(value, self.path, compress=("zstd", 19))
        self.assertEqual(described(larder.load(self.path)), described(value))

    def test_bytes_of_joblib(self):
        matrix = values()["matrix"]
        for value in (matrix, [matrix, {"b": matrix.T.copy(), "c": (1, "x")}, numpy.arange(3)], {"text": "plain", "n": [1, 2.5, None]}):
            for protocol in range(2, 6):
                larder.dump(value, self.path, protocol=protocol)
                ours = self.content()
                joblib.dump(value, self.path, protocol=protocol)
                self.assertEqual(ours, self.content(), protocol)

    def test_an_array_twice_is_one_array(self):
        array = numpy.arange(1000)
        many = [numpy.zeros(1) for _ in range(300)]  # so that indices of the memo have four bytes
        for protocol in PROTOCOLS:
            larder.dump([array, array, *many, array], self.path, protocol=protocol)
            self.assertLess(len(self.content()), 2 * array.nbytes + 300 * 200)
            for load in (joblib.load, larder.load):
                loaded = load(self.path)
                self.assertIs(loaded[0], loaded[1])
                self.assertIs(loaded[0], loaded[-1])
                self.assertEqual(loaded[0].tolist(), array.tolist())

    def test_what_cannot_be_pickled_leaves_the_file(self):
        larder.dump("old", self.path)
        with self.assertRaises((pickle.PicklingError, AttributeError)):
            larder.dump([numpy.zeros(3), lambda: None], self.path)
        self.assertEqual(larder.load(self.path), "old")
        self.assertEqual(os.listdir(self.folder.name), ["value.joblib"])


class Loaded(Files):
    def test_mapped(self):
        array = numpy.arange(10.0)
        larder.dump({"a": array, "f": numpy.asfortranarray(numpy.eye(3)), "o": numpy.array([None])}, self.path)
        for mode, names in {"r": "r", "r+": "r+", "w+": "r+", "c": "c"}.items():
            loaded = larder.load(self.path, mmap_mode=mode)
            self.assertIs(type(loaded["a"]), numpy.memmap)
            self.assertEqual((loaded["a"].mode, loaded["a"].filename, loaded["a"].offset % 16), (names, self.path, 0))
            self.assertTrue(loaded["f"].flags.f_contiguous)
            self.assertIs(type(loaded["o"]), numpy.ndarray)
            self.assertEqual(loaded["a"].flags.writeable, mode != "r")
        larder.load(self.path, mmap_mode="r+")["a"][0] = 7
        self.assertEqual(larder.load(self.path)["a"][0], 7)
        with self.assertRaisesRegex(ValueError, "mode must be one of"):
            larder.load(self.path, mmap_mode="write")
        self.assertEqual(larder.load(self.path)["a"][0], 7)

    def test_byte_order(self):
        larder.dump(numpy.arange(3, dtype=">i4"), self.path)
        self.assertTrue(larder.load(self.path).dtype.isnative)
        self.assertFalse(larder.load(self.path, ensure_native_byte_order=False).dtype.isnative)
        self.assertFalse(larder.load(self.path, mmap_mode="r").dtype.isnative)
        self.assertEqual(larder.load(self.path).tolist(), [0, 1, 2])

    def test_several_objects_in_one_file(self):
        objects = [numpy.arange(5), {"x": 1}, "end"]
        for make in (io.BytesIO, lambda: open(self.path, "w+b")):
            with make() as file:
                for one in objects:
                    self.assertIsNone(larder.dump(one, file))
                file.seek(0)
                for one in objects:
                    self.assertEqual(described(larder.load(file)), described(one))

    def test_a_socket(self):
        import socket

        for value in (numpy.arange(100_000), {"x": [1, 2]}):
            near, far = socket.socketpair()
            with near, far, near.makefile("wb") as writer, far.makefile("rb") as reader:
                import threading

                thread = threading.Thread(target=lambda: (larder.dump(value, writer), larder.dump("next", writer), writer.flush()))
                thread.start()
                self.assertEqual(described(larder.load(reader)), described(value))
                self.assertEqual(larder.load(reader), "next")
                thread.join()


if __name__ == "__main__":
    unittest.main()
