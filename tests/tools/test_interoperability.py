"""What convert writes is read by joblib, numpy and the codecs' own tools, and the other way round."""

import collections
import gzip
import io
import itertools
import subprocess

import joblib
import numpy

from command import CommandTest, main

JOBLIB_CODECS = {"zlib": ".z", "gzip": ".gz", "bz2": ".bz2", "lzma": ".lzma", "xz": ".xz", "lz4": ".lz4"}
TOOLS = {"gzip": "gzip", "bz2": "bzip2", "xz": "xz", "lzma": "xz", "lz4": "lz4", "zstd": "zstd"}


def sample():
    """Everything that plain data is made of."""
    shared = [1, 2]
    return {
        "none": None,
        "numbers": [True, 0, -1, 255, 65536, 2**40, -(2**70), 1.5, float("inf"), 2 - 3j],
        "text": ["", "plain", "Grüße 🌻", "\ud800"],
        "bytes": [b"", b"\x00\xff" * 200, bytearray(b"abc")],
        "containers": [(), (1,), ({"a": 1}, [2]), {1, 2, 3}, frozenset([4, 5])],
        "shared": [shared, shared],
        "arrays": {
            "f8": numpy.linspace(0, 1, 3000).reshape(30, 100),
            "fortran": numpy.asfortranarray(numpy.arange(12, dtype=numpy.int32).reshape(3, 4)),
            "big": numpy.arange(5, dtype=">i2"),
            "bool": numpy.array([True, False]),
            "text": numpy.array(["a", "bc"]),
            "time": numpy.array(["2020-01-01", "NaT"], dtype="M8[D]"),
            "record": numpy.array([(1, 2.5)], dtype=[("first", "<i4"), ("second", "<f8")]),
            "scalar": numpy.array(3.5),
            "empty": numpy.zeros((0, 3)),
        },
    }


def same(a, b):
    """Whether two plain values are the same, types and dtypes included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, numpy.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


class WithJoblib(CommandTest):
    def test_the_comparison_sees_differences(self):
        self.assertTrue(same(sample(), sample()))
        self.assertFalse(same([numpy.arange(3)], [numpy.arange(3.0)]))
        self.assertFalse(same({"a": (1,)}, {"a": [1]}))

    def check_native(self, value):
        """What joblib.load makes of the sample: foreign byte orders become native."""
        expected = sample()
        big = expected["arrays"]["big"]
        expected["arrays"]["big"] = big.astype(value["arrays"]["big"].dtype)
        self.assertTrue(same(value, expected))
        self.assertIs(value["shared"][0], value["shared"][1])

    def test_joblib_reads_every_codec(self):
        joblib.dump(sample(), "in.joblib")
        for codec, extension in JOBLIB_CODECS.items():
            for name, arguments in [("by-name.joblib", ["-c", codec]), ("by-extension" + extension, []), ("level.joblib", ["-c", codec + ":1"])]:
                with self.subTest(codec=codec, name=name):
                    self.run_larder("convert", *arguments, "in.joblib", name)
                    self.check_native(joblib.load(name))

    def test_reads_every_codec_of_joblib(self):
        for codec, level in itertools.product(JOBLIB_CODECS, [1, 9]):
            with self.subTest(codec=codec, level=level):
                joblib.dump(sample(), "in.joblib", compress=(codec, level))
                self.run_larder("convert", "in.joblib", "out.joblib")
                self.check_native(joblib.load("out.joblib"))

    def test_protocols(self):
        for protocol in [2, 3, 4, 5]:
            with self.subTest(protocol=protocol):
                joblib.dump(sample(), "in.joblib", protocol=protocol)
                self.run_larder("convert", "--protocol", str(protocol), "in.joblib", "out.joblib")
                self.check_native(joblib.load("out.joblib"))
                self.assertEqual(self.read("out.joblib")[:2], bytes([0x80, protocol]))

    def test_uncompressed_conversion_changes_no_byte(self):
        joblib.dump(sample(), "in.joblib")
        self.run_larder("convert", "in.joblib", "out.joblib")
        self.assertEqual(self.read("in.joblib"), self.read("out.joblib"))

    def test_an_array_can_be_mapped(self):
        numpy.save("a.npy", numpy.arange(100.0))
        self.run_larder("convert", "a.npy", "a.joblib")
        mapped = joblib.load("a.joblib", mmap_mode="r")
        self.assertIsInstance(mapped, numpy.memmap)
        self.assertTrue(numpy.array_equal(mapped, numpy.arange(100.0)))

    def test_objects_of_classes_stay_what_they_are(self):
        value = {"ordered": collections.OrderedDict(a=1, b=[2]), "counter": collections.Counter("abca"), "scalar": numpy.float32(1.5)}
        joblib.dump(value, "in.joblib", compress=3)
        self.run_larder("convert", "in.joblib", "out.joblib")
        loaded = joblib.load("out.joblib")
        self.assertEqual(loaded, value)
        self.assertEqual([type(member) for member in loaded.values()], [type(member) for member in value.values()])

    def test_a_model_predicts_the_same(self):
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        random = numpy.random.RandomState(1)
        data, wanted = random.rand(100, 4), random.randint(0, 2, 100)
        joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(data, wanted), "model.joblib", compress=("gzip", 3))
        self.run_larder("convert", "-c", "xz", "model.joblib", "again.joblib")
        before, after = joblib.load("model.joblib"), joblib.load("again.joblib")
        self.assertTrue(numpy.array_equal(before.predict_proba(data), after.predict_proba(data)))


class WithNumpy(CommandTest):
    ARRAYS = {key: value for key, value in sample()["arrays"].items()}

    def test_npy_both_ways(self):
        for name, array in self.ARRAYS.items():
            with self.subTest(name):
                numpy.save("a.npy", array)
                self.run_larder("convert", "a.npy", "a.joblib.gz")
                self.run_larder("convert", "a.joblib.gz", "b.npy")
                self.assertTrue(same(numpy.load("b.npy"), array))
                self.assertEqual(self.read("a.npy"), self.read("b.npy"))

    def test_array_of_joblib(self):
        joblib.dump(numpy.arange(6.0).reshape(2, 3), "a.joblib", compress="bz2")
        self.run_larder("convert", "a.joblib", "a.npy")
        self.assertTrue(same(numpy.load("a.npy"), numpy.arange(6.0).reshape(2, 3)))


class WithTools(CommandTest):
    def test_each_tool_reads_what_convert_wrote(self):
        joblib.dump(sample(), "in.joblib")
        for codec, tool in TOOLS.items():
            with self.subTest(codec):
                self.run_larder("convert", "-c", codec, "in.joblib", "out.packed")
                arguments = ["--format=" + codec] if tool == "xz" else []
                with open("out.packed", "rb") as packed:
                    decoded = subprocess.run([tool, "-dc", *arguments], stdin=packed, capture_output=True, check=True).stdout
                self.assertEqual(decoded, self.read("in.joblib"))

    def test_convert_reads_what_each_tool_wrote(self):
        joblib.dump(sample(), "in.joblib")
        plain = self.read("in.joblib")
        for codec, tool in TOOLS.items():
            with self.subTest(codec):
                arguments = ["--format=" + codec] if tool == "xz" else []
                packed = subprocess.run([tool, "-c", *arguments], input=plain, capture_output=True, check=True).stdout
                self.assertLess(len(packed), len(plain))
                self.write("in.packed", packed)
                self.run_larder("convert", "in.packed", "out.joblib")
                self.assertEqual(self.read("out.joblib"), plain)

    def test_zlib(self):
        import zlib

        joblib.dump(sample(), "in.joblib")
        self.run_larder("convert", "-c", "zlib", "in.joblib", "out.packed")
        self.assertEqual(zlib.decompress(self.read("out.packed")), self.read("in.joblib"))

    def test_pipes_of_tools(self):
        numpy.save("a.npy", numpy.arange(1000))
        packed = gzip.compress(self.read("a.npy"))
        written = self.run_larder("convert", "-c", "xz", "--format", "npy", "-", "-", data=packed)
        self.assertEqual(written[:6], b"\xfd7zXZ\x00")
        plain = subprocess.run(["xz", "-dc"], input=written, capture_output=True, check=True).stdout
        self.assertTrue(same(numpy.load(io.BytesIO(plain)), numpy.arange(1000)))


if __name__ == "__main__":
    main()
